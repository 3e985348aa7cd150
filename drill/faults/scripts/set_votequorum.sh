#!/bin/sh
# Switch options of votequorum(5) on in corosync.conf, and restart the cluster: corosync reads them only at its start.
# The file as it was is kept beside it; repair_votequorum.sh puts it back.
: "${conf:?}"
: "${kept:?}"
: "${options:?}"
: "${restart_cluster:?}"

[ ! -e "$kept" ] || exit 0
set -e
cp -p "$conf" "$conf.new"
awk -v options="$options" '
    { print }
    /^quorum *\{/ { n = split(options, option, " "); for (i = 1; i <= n; i++) print "    " option[i] ": 1" }
' "$conf" >"$conf.new"
cp -p "$conf" "$kept.new"
mv "$kept.new" "$kept"
mv "$conf.new" "$conf"
sh -c "$restart_cluster"
