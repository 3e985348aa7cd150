#!/bin/sh
# The link to a node answers later than `least_us` microseconds on average, as knet measures it.
: "${node_id:?}"
: "${least_us:?}"
us=$(corosync-cmapctl -m stats -g "stats.knet.node$node_id.link0.latency_ave" | sed 's/.*= //')
if [ "$us" -gt "$least_us" ]; then echo yes; else echo "the link answers in $us us"; fi
