#!/bin/sh
# Put pacemaker's part of /var back on its own disk (inject_full_disk.sh), and empty the small file system. Pacemaker's
# CIB daemon stops writing when the disk is full; SIGPIPE makes it write again.
: "${state:?}"
: "${kept:?}"
: "${small:?}"

is_wrong() {
    [ -L "$state" ] || [ -e "$kept" ]
}

put_right() {
    [ ! -L "$state" ] || rm -f "$state"
    # The fault was interrupted before the link was made, and pacemaker may have made an empty folder since then.
    [ ! -e "$kept" ] || { rm -rf "$state" && mv "$kept" "$state"; }
    rm -rf "${small:?}"/*
    umount "$small" 2>/dev/null || true
    pkill -PIPE '^(pacemaker-based|cib)$'
    ! is_wrong
}
