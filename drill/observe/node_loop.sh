#!/bin/sh
# Read the node once for each line of standard input; end when the input ends. A reading is a block of sections. The last
# line of a block is `end` and the line of input that asked for the block. The commands are shell texts; those that ask
# the cluster are ended after `limit` seconds.
: "${mark:?}"
: "${end:?}"
: "${addresses_command:?}"
: "${processes_command:?}"
: "${ring_command:?}"
: "${state_command:?}"
: "${limit:?}"
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
    echo "$end$number"
done
