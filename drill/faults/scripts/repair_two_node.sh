#!/bin/sh
# Unmount the corosync.conf with two_node (set_two_node.sh). two_node switches wait_for_all on, and a running corosync
# keeps that flag: a corosync that still has it is restarted.
: "${conf:?}"
: "${changed_conf:?}"
: "${restart_cluster:?}"
. ./corosync_conf_mount.sh

is_wrong() {
    conf_is_covered || { pidof corosync >/dev/null && conf_is_covered_in_corosync; }
}

put_right() {
    ! conf_is_covered || umount "$conf" || umount -l "$conf"
    if pidof corosync >/dev/null; then
        ! conf_is_covered_in_corosync || in_corosync umount "$conf"
        corosync-cfgtool -R
        if corosync-quorumtool -s | grep -q '^Flags:.*WaitForAll'; then sh -c "$restart_cluster"; fi
    fi
    rm -f "$changed_conf"
    ! conf_is_covered
}
