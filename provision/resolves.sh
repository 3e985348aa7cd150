#!/bin/sh
# Print each name with the IPv4 addresses that it means on this node, a line each.
: "${names:?}"
for name in $names; do
    # shellcheck disable=SC2046 # the addresses are words of one line
    echo "$name" $(getent ahostsv4 "$name" | awk '{print $1}' | sort -u)
done
