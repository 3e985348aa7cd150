#!/bin/sh
# Set two_node in corosync.conf, and let a running corosync read it (votequorum(5)). repair_two_node.sh undoes this.
: "${folder:?}"
: "${conf:?}"
: "${changed_conf:?}"
. ./corosync_conf_mount.sh

! grep -q two_node "$conf" || exit 0
set -e
mkdir -p "$folder"
sed '/^quorum *{/a\    two_node: 1' "$conf" >"$changed_conf"
mount --bind "$changed_conf" "$conf"
pidof corosync >/dev/null || exit 0
conf_is_covered_in_corosync || in_corosync mount --bind "$changed_conf" "$conf"
corosync-cfgtool -R >/dev/null
