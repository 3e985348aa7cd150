#!/bin/sh
# Put corosync.conf back as it was without some options of votequorum(5) (set_two_node.sh, set_votequorum.sh); `options`
# is an extended regular expression. A file without them was written again after the fault, and stays. A running corosync
# is restarted: it keeps these options, and wait_for_all, which two_node switched on; and it must read the new file.
: "${conf:?}"
: "${kept:?}"
: "${options:?}"
: "${restart_cluster:?}"

is_wrong() {
    [ -e "$kept" ]
}

put_right() {
    if grep -qE "$options" "$conf"; then mv "$kept" "$conf"; else rm -f "$kept"; fi
    if pidof corosync >/dev/null; then sh -c "$restart_cluster"; fi
    ! is_wrong
}
