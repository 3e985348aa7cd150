#!/bin/sh
# Drop `percent` of the cluster's packets from or to the peer, in the lab's own table (nft(8)).
: "${table:?}"
: "${directions:?}"
: "${peer:?}"
: "${multicast?}"
: "${port:?}"
: "${percent:?}"
chance=
[ "$percent" -eq 100 ] || chance="numgen random mod 100 < $percent "
{
    echo "add table $table"
    echo "delete table $table"
    echo "add table $table"
    for chain in $directions; do
        case $chain in
            in) hook=input matches="saddr $peer" ;;
            out) hook=output matches="daddr $peer${multicast:+ daddr $multicast}" ;;
        esac
        echo "add chain $table $chain { type filter hook $hook priority -300; }"
        # shellcheck disable=SC2086  # pairs of words: a side and an address
        set -- $matches
        while [ $# -gt 0 ]; do
            echo "add rule $table $chain ip $1 $2 udp dport $port ${chance}counter drop"
            shift 2
        done
    done
} | nft -f -
