#!/bin/sh
# Unmount the small full file system (inject_full_disk.sh). Pacemaker's CIB daemon stops writing when the disk is full;
# SIGPIPE makes it write again.
: "${state:?}"
: "${source:?}"

is_wrong() {
    grep -q "^$source $state " /proc/mounts
}

put_right() {
    umount "$state" || umount -l "$state"
    pkill -PIPE '^(pacemaker-based|cib)$'
    ! is_wrong
}
