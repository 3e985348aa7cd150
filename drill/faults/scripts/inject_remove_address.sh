#!/bin/sh
# Remove the floating address from its interface. An error when this node does not hold it.
: "${vip:?}"
. ./address.sh

holds_address || {
    echo "the address is not here" >&2
    exit 1
}
remove_address
