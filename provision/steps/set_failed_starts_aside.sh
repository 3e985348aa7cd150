#!/bin/sh
# Move what corosync starts that failed have written from the end of corosync's log to a file beside it.
#
# corosync runs, so the failed starts were second ones; the log then ends with the running corosync's own lines.
# The log keeps its inode, as the running corosync has it open.
: "${log:?}"
start='Corosync Cluster Engine.*(starting up|started and ready)'
while
    line=$(grep -n -E "$start" "$log" | tail -n 1 | cut -d: -f1)
    [ -n "$line" ] && tail -n "+$line" "$log" | grep -q 'Corosync Cluster Engine exiting with status [1-9]'
do
    tail -n "+$line" "$log" >> "$log.failed-start" || exit 1
    head -n "$((line - 1))" "$log" > "$log.kept" && cat "$log.kept" > "$log" && rm "$log.kept" || exit 1
done
