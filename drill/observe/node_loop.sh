#!/bin/sh
# Read the node once for each line of standard input, and end with it. A reading is a block of sections; the last
# line of a block begins with `end` and has the text that asked for it. The commands are shell texts; one that asks
# the cluster is cut off after 1 s.
: "${mark:?}"
: "${end:?}"
: "${addresses_command:?}"
: "${processes_command:?}"
: "${ring_command:?}"
: "${state_command:?}"
while read -r number; do
    echo "${mark}addresses"
    sh -c "$addresses_command"
    echo "${mark}processes"
    processes=$(sh -c "$processes_command")
    echo "$processes"
    echo "${mark}ring"
    # A corosync that is stopped (T) or dead (Z) answers nobody.
    if echo "$processes" | grep -q '^[^TZ].* corosync$'; then timeout 1 sh -c "$ring_command" 2>/dev/null; fi
    echo "${mark}state"
    timeout 1 sh -c "$state_command" 2>/dev/null
    echo
    echo "$end$number"
done
