#!/bin/sh
# The loop of hold_corosync_loop.sh runs, and corosync is stopped at this moment.
: "${folder:?}"
: "${name:?}"
. ./background.sh

background_runs "$name" || {
    echo "the loop does not run"
    exit
}
case $(ps -o stat= -C corosync) in
    T*) echo yes ;;
    *) echo "corosync runs at the moment" ;;
esac
