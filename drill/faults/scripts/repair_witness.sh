#!/bin/sh
# Start corosync-qnetd on the witness where it does not run.
: "${is_active:?}"
: "${start:?}"

is_wrong() {
    ! sh -c "$is_active"
}

put_right() {
    sh -c "$start"
}
