#!/bin/sh
# The lab's rule in a direction's chain (input or output) has dropped at least one packet, or kept at least one multicast packet on the node.
: "${table:?}"
: "${direction:?}"
# shellcheck disable=SC2086  # the table's family and name are two words
nft list chain $table "${direction}put" | grep -qE 'packets [1-9].* (drop|ip ttl set 0)' && echo yes
