#!/bin/sh
# Put corosync.conf back as it was without two_node (set_two_node.sh). A file without two_node was written again
# after the fault, and stays. A running corosync is restarted: it keeps wait_for_all, which two_node switched on, and it
# must read the new file.
: "${conf:?}"
: "${kept:?}"
: "${restart_cluster:?}"

is_wrong() {
    [ -e "$kept" ]
}

put_right() {
    if grep -q two_node "$conf"; then mv "$kept" "$conf"; else rm -f "$kept"; fi
    if pidof corosync >/dev/null; then sh -c "$restart_cluster"; fi
    ! is_wrong
}
