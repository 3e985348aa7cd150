#!/bin/sh
# Drop `percent` of the cluster's packets from or to the peers, in the lab's own table (nft(8)). Multicast packets get
# TTL 0 instead: they do not leave the node, but corosync receives its own ones, which it needs.
: "${table:?}"
: "${directions:?}"
: "${peers:?}"
: "${multicast?}"
: "${port:?}"
: "${percent:?}"
chance=
[ "$percent" -eq 100 ] || chance="numgen random mod 100 < $percent "
{
    echo "add table $table"
    echo "delete table $table"
    echo "add table $table"
    for direction in $directions; do
        case $direction in
            in) end=saddr ;;
            out) end=daddr ;;
        esac
        # The chain has the name of its hook: nft 0.9.8 does not take "in" or "out" as a name.
        chain=${direction}put
        echo "add chain $table $chain { type filter hook $chain priority -300; }"
        for peer in $peers; do
            echo "add rule $table $chain ip $end $peer udp dport $port ${chance}counter drop"
        done
        [ "$direction" = in ] || [ -z "$multicast" ] ||
            echo "add rule $table $chain ip daddr $multicast udp dport $port ${chance}counter ip ttl set 0"
    done
} | nft -f -
