#!/bin/sh
# Print one line for each name: the name, and the IPv4 addresses to which it resolves on this node.
: "${names:?}"
for name in $names; do
    # shellcheck disable=SC2046 # all addresses go on one line
    echo "$name" $(getent ahostsv4 "$name" | awk '{print $1}' | sort -u)
done
