#!/bin/sh
# The lab's rule in a chain has dropped at least one packet.
: "${table:?}"
: "${direction:?}"
# shellcheck disable=SC2086  # the table's family and name are two words
nft list chain $table "$direction" | grep -q 'packets [1-9].* drop' && echo yes
