#!/bin/sh
# Library: the floating address on this node (ip-address(8)).
: "${vip:?}"

holds_address() {
    ip -o -4 addr show | grep -qF " $vip/"
}

remove_address() {
    ip -o -4 addr show | grep -F " $vip/" | while read -r _ interface _ address _; do
        ip addr del "$address" dev "$interface"
    done
}
