#!/bin/sh
# Start the cluster where it does not run. First stop what a dead cluster left running: otherwise the address and the
# web server would run on two nodes.
: "${cluster_process:?}"
: "${units_are_active:?}"
: "${corosync_answers:?}"
: "${start_cluster:?}"
: "${stop_cluster:?}"
: "${pacemaker_restarts_alone:?}"
: "${processes:?}"
: "${stop_web:?}"
: "${web_process:?}"
: "${vip:?}"
. ./address.sh

is_wrong() {
    ! { pidof corosync >/dev/null && pidof "$cluster_process" >/dev/null && sh -c "$units_are_active" &&
        sh -c "$corosync_answers"; }
}

put_right() {
    # When corosync runs, the resources go on running: pacemaker adopts them when it starts.
    if [ "$pacemaker_restarts_alone" = no ] || ! pidof corosync >/dev/null; then
        sh -c "$stop_cluster"
        pkill -KILL "^($processes)" 2>/dev/null
        # A killed corosync leaves its buffers in memory: 30 MB each time, in 1.4 3 MB for each of its clients.
        rm -rf /dev/shm/qb-* /dev/shm/control_buffer-* /dev/shm/dispatch_buffer-* /dev/shm/request_buffer-* \
            /dev/shm/response_buffer-*
        sh -c "$stop_web"
        pkill -KILL -x "$web_process"
        remove_address
    fi
    sh -c "$start_cluster"
}
