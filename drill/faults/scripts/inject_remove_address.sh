#!/bin/sh
# Take the floating address off its interface; an error where this node does not have it.
: "${vip:?}"
. ./address.sh

holds_address || {
    echo "the address is not here" >&2
    exit 1
}
remove_address
