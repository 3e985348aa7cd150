#!/bin/sh
# A rule of the lab's own chain has dropped at least one packet, or kept at least one multicast packet on the node.
: "${chain_in:?}"
: "${chain_out:?}"
: "${direction:?}"
case $direction in
    in) chain=$chain_in ;;
    out) chain=$chain_out ;;
esac
for table in filter mangle; do
    iptables -t "$table" -nvxL "$chain" 2>/dev/null
done | awk '($3 == "DROP" || $3 == "TTL") && $1 > 0 { print "yes"; exit }'
