#!/bin/sh
# Delete the constraints that a move or a ban left behind: their ids begin with "cli-". `delete_constraint` is a
# shell text that deletes the constraint $1.
: "${cluster_process:?}"
: "${delete_constraint:?}"

leftovers() {
    cibadmin -Q -o constraints 2>/dev/null | sed -n 's/.*<rsc_[a-z]* id="\(cli-[^"]*\)".*/\1/p'
}

is_wrong() {
    pidof "$cluster_process" >/dev/null && leftovers | grep -q .
}

put_right() {
    for id in $(leftovers); do
        sh -c "$delete_constraint" delete-constraint "$id"
    done
    ! leftovers | grep -q .
}
