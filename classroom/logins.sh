#!/bin/sh
# Log in as root on each peer by ssh, on all of them at the same time. Prints "PEER: LAST LINE" for each.
: "${peers:?}"
: "${reached:?}"
: "${connect:?}"
: "${limit:?}"
for peer in $peers; do
    (
        login="ssh -o BatchMode=yes -o ConnectTimeout=$connect root@$peer"
        # shellcheck disable=SC2086  # the command is several words
        said=$(timeout "$limit" $login echo "$reached" 2>&1 | tail -n 1)
        echo "$peer: $said"
    ) &
done
wait
