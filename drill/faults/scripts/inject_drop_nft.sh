#!/bin/sh
# Drop `percent` of the cluster's packets from or to the peer, in a table of the lab's own (nft(8)).
: "${table:?}"
: "${chains:?}"
: "${peer:?}"
: "${port:?}"
: "${percent:?}"
chance=
[ "$percent" -eq 100 ] || chance="numgen random mod 100 < $percent "
{
    echo "add table $table"
    echo "delete table $table"
    echo "add table $table"
    for chain in $chains; do
        case $chain in
            in) hook=input side=saddr ;;
            out) hook=output side=daddr ;;
        esac
        echo "add chain $table $chain { type filter hook $hook priority -300; }"
        echo "add rule $table $chain ip $side $peer udp dport $port ${chance}counter drop"
    done
} | nft -f -
