#!/bin/sh
# Print "yes" when corosync runs on a configuration or key that is older than the one on disk.
#
# corosync's start in seconds since the epoch comes from proc(5): ps of CentOS 6 has no etimes, and its stat(1) gives
# fractions only with %z. Both clocks tick in hundredths, so a file counts when it is newer by two of them. It is
# the time of change (ctime), which scp -p cannot set back; one in the future was made before the clock was set
# right, and proves nothing.
: "${conf:?}"
: "${authkey:?}"
pid=$(pidof -s corosync) || exit 0
up=$(cut -d' ' -f1 /proc/uptime) now=$(date +%s.%N) ticks=$(cut -d' ' -f22 "/proc/$pid/stat")
stat -c %z "$conf" "$authkey" | date -f - +%s.%N | awk -v now="$now" -v up="$up" -v ticks="$ticks" '
    $1 > now - up + ticks / 100 + 0.02 && $1 <= now {print "yes"; exit}'
