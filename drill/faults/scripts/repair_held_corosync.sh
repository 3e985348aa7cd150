#!/bin/sh
# End the loop that slows corosync (hold_corosync_loop.sh), and let corosync run.
: "${folder:?}"
: "${name:?}"
. ./background.sh

is_wrong() {
    background_runs "$name"
}

put_right() {
    end_background "$name"
    pkill -CONT -x corosync
}
