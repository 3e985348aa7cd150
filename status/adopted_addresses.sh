#!/bin/sh
# Print each ring0_addr of corosync.conf with the IPv4 address to which it resolves on this node, one pair a line.
: "${conf:?}"
sed -n 's/^[[:space:]]*ring0_addr:[[:space:]]*//p' "$conf" | while read -r name; do
    address=$(getent ahostsv4 "$name" | awk 'NR == 1 {print $1}')
    if [ -n "$address" ]; then echo "$name $address"; fi
done
