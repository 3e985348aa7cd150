#!/bin/sh
# Put corosync.conf back as it was without two_node (set_two_node.sh). A file without two_node was written again since
# then, and stays. two_node switches wait_for_all on, and a running corosync keeps that flag: a corosync that still has
# it is restarted.
: "${conf:?}"
: "${kept:?}"
: "${restart_cluster:?}"

is_wrong() {
    [ -e "$kept" ]
}

put_right() {
    if grep -q two_node "$conf"; then mv "$kept" "$conf"; else rm -f "$kept"; fi
    if pidof corosync >/dev/null; then
        corosync-cfgtool -R
        if corosync-quorumtool -s | grep -q '^Flags:.*WaitForAll'; then sh -c "$restart_cluster"; fi
    fi
    ! is_wrong
}
