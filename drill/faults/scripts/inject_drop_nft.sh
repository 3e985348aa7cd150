#!/bin/sh
# Drop `percent` of the cluster's packets from or to the peer, in the lab's own table (nft(8)). Multicast packets get
# TTL 0 instead: they do not leave the node, but corosync receives its own ones, which it needs.
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
            in) hook=input match="saddr $peer" ;;
            out) hook=output match="daddr $peer" ;;
        esac
        echo "add chain $table $chain { type filter hook $hook priority -300; }"
        echo "add rule $table $chain ip $match udp dport $port ${chance}counter drop"
        [ "$chain" = in ] || [ -z "$multicast" ] ||
            echo "add rule $table $chain ip daddr $multicast udp dport $port ${chance}counter ip ttl set 0"
    done
} | nft -f -
