#!/bin/sh
# Clean up the failures of resources, so that they may run on the nodes where they failed. crm_mon of pacemaker 1.1.8
# does not show all of them, so the fail counts of the CIB are read too.
: "${cluster_process:?}"
: "${cleanup:?}"

is_wrong() {
    pidof "$cluster_process" >/dev/null &&
        { crm_mon -X -r; cibadmin -Q -o status; } 2>/dev/null | grep -qE '<failure |"fail-count-'
}

put_right() {
    sh -c "$cleanup"
}
