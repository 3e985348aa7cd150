#!/bin/sh
# Print "yes" when corosync was started before its configuration file or key was changed.
#
# The start time of corosync comes from proc(5), because ps of CentOS 6 has no etimes; %z, because its stat(1) prints
# fractions of a second only with it. Both times are exact to 0.01 s, so a file must be newer by 0.02 s. The file's
# time is ctime, which scp -p does not set. A ctime in the future was written before the clock was corrected, and
# is ignored.
: "${conf:?}"
: "${authkey:?}"
pid=$(pidof -s corosync) || exit 0
up=$(cut -d' ' -f1 /proc/uptime) now=$(date +%s.%N) ticks=$(cut -d' ' -f22 "/proc/$pid/stat")
stat -c %z "$conf" "$authkey" | date -f - +%s.%N | awk -v now="$now" -v up="$up" -v ticks="$ticks" '
    $1 > now - up + ticks / 100 + 0.02 && $1 <= now {print "yes"; exit}'
