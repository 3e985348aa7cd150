#!/bin/sh
# Read the node once for each line of standard input; end when the input ends. A reading is a block of sections. The last
# line of a block is `end` and the line of input that asked for the block. The commands are shell texts; those that ask
# the cluster are ended after `limit` seconds.
#
# A second loop (pause_loop.sh) notes the pauses of the node; the next block has them.
: "${mark:?}"
: "${end:?}"
: "${addresses_command:?}"
: "${processes_command:?}"
: "${ring_command:?}"
: "${state_command:?}"
: "${limit:?}"
: "${pause_loop:?}"
if folder=$(mktemp -d); then sh -c "$pause_loop" pause_loop "$$" "$folder" </dev/null >/dev/null 2>&1 & fi
while read -r number; do
    echo "${mark}addresses"
    sh -c "$addresses_command"
    echo "${mark}processes"
    processes=$(sh -c "$processes_command")
    echo "$processes"
    echo "${mark}ring"
    # A corosync that is stopped (T) or dead (Z) does not answer.
    if echo "$processes" | grep -q '^[^TZ].* corosync$'; then timeout "$limit" sh -c "$ring_command" 2>/dev/null; fi
    echo "${mark}state"
    timeout "$limit" sh -c "$state_command" 2>/dev/null
    echo
    echo "${mark}late"
    if mv "$folder/pauses" "$folder/read" 2>/dev/null; then cat "$folder/read"; fi
    echo
    echo "$end$number"
done
