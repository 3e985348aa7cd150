#!/bin/sh
# The average latency of the link to a node is above `least_us` microseconds (measured by knet).
: "${node_id:?}"
: "${least_us:?}"
us=$(corosync-cmapctl -m stats -g "stats.knet.node$node_id.link0.latency_ave" | sed 's/.*= //')
if [ "$us" -gt "$least_us" ]; then echo yes; else echo "the latency of the link is $us us"; fi
