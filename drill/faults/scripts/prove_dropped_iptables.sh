#!/bin/sh
# A rule of the lab's own chain has dropped at least one packet.
: "${chain:?}"
iptables -nvxL "$chain" | awk '$3 == "DROP" && $1 > 0 { print "yes"; exit }'
