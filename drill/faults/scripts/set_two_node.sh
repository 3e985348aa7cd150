#!/bin/sh
# Set two_node in corosync.conf, and let a running corosync read it (votequorum(5)). The file as it was is kept beside
# it; repair_votequorum.sh puts it back.
: "${conf:?}"
: "${kept:?}"

! grep -q two_node "$conf" || exit 0
set -e
cp -p "$conf" "$kept.new"
mv "$kept.new" "$kept"
cp -p "$kept" "$conf.new"
sed '/^quorum *{/a\    two_node: 1' "$kept" >"$conf.new"
mv "$conf.new" "$conf"
pidof corosync >/dev/null || exit 0
corosync-cfgtool -R >/dev/null
