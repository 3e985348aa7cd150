#!/bin/sh
# Stop corosync (SIGSTOP) and let it run (SIGCONT) in turn, `rounds` times, so that each of its messages is late.
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
