#!/bin/sh
# Start the cluster where it does not run. What a dead cluster left running goes first: the address and the web
# server would have two owners.
: "${cluster_process:?}"
: "${units_are_active:?}"
: "${start_cluster:?}"
: "${stop_cluster:?}"
: "${pacemaker_restarts_alone:?}"
: "${processes:?}"
: "${stop_web:?}"
: "${web_process:?}"
: "${vip:?}"
. ./address.sh

is_wrong() {
    ! { pidof corosync >/dev/null && pidof "$cluster_process" >/dev/null && sh -c "$units_are_active"; }
}

put_right() {
    # Where corosync lives, the resources stay: pacemaker takes them over when it starts.
    if [ "$pacemaker_restarts_alone" = no ] || ! pidof corosync >/dev/null; then
        sh -c "$stop_cluster"
        pkill -KILL "^($processes)" 2>/dev/null
        # A killed corosync leaves its libqb buffers, 30 MB of memory each time.
        rm -rf /dev/shm/qb-*
        sh -c "$stop_web"
        pkill -KILL -x "$web_process"
        remove_address
    fi
    sh -c "$start_cluster"
}
