#!/bin/sh
# The floating address is not on this node.
: "${vip:?}"
. ./address.sh

if holds_address; then echo "the address is still here"; else echo yes; fi
