#!/bin/sh
# Print "yes" when a process was started before one of its files was changed.
#
# The start time of the process comes from proc(5), because ps of CentOS 6 has no etimes; %z, because its stat(1) prints
# fractions of a second only with it. Both times are exact to 0.01 s, so a file must be newer by 0.02 s. The file's
# time is ctime, which scp -p does not set. A ctime in the future was written before the clock was corrected, and
# is ignored.
: "${process:?}"
: "${files:?}"
pid=$(pidof -s "$process") || exit 0
up=$(cut -d' ' -f1 /proc/uptime) now=$(date +%s.%N) ticks=$(cut -d' ' -f22 "/proc/$pid/stat")
# shellcheck disable=SC2086 # a list of paths
stat -c %z $files | date -f - +%s.%N | awk -v now="$now" -v up="$up" -v ticks="$ticks" '
    $1 > now - up + ticks / 100 + 0.02 && $1 <= now {print "yes"; exit}'
