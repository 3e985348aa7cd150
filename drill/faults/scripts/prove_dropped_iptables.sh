#!/bin/sh
# A rule of the lab's own chain has dropped at least one packet.
: "${chain_in:?}"
: "${chain_out:?}"
: "${direction:?}"
case $direction in
    in) chain=$chain_in ;;
    out) chain=$chain_out ;;
esac
iptables -nvxL "$chain" | awk '$3 == "DROP" && $1 > 0 { print "yes"; exit }'
