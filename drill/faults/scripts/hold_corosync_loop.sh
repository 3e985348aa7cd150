#!/bin/sh
# Stop corosync (SIGSTOP) and let it run (SIGCONT) in turn, `rounds` times: each of its messages waits.
: "${rounds:?}"
: "${held_seconds:?}"
: "${free_seconds:?}"
round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    pkill -STOP -x corosync
    sleep "$held_seconds"
    pkill -CONT -x corosync
    sleep "$free_seconds"
done
