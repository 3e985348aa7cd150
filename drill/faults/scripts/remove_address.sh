#!/bin/sh
# Remove the floating address from every interface of this node.
: "${vip:?}"
. ./address.sh

remove_address
