#!/bin/sh
# Take the floating address off this node, from each interface that has it.
: "${vip:?}"
. ./address.sh

remove_address
