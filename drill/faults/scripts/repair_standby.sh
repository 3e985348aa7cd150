#!/bin/sh
# End standby on a node (crm_attribute(8)).
: "${cluster_process:?}"
: "${node:?}"
: "${end_standby:?}"

is_in_standby() {
    crm_attribute -q -t nodes -N "$node" -n standby -G 2>/dev/null | grep -qiE '^(on|true|yes)'
}

is_wrong() {
    pidof "$cluster_process" >/dev/null && is_in_standby
}

put_right() {
    sh -c "$end_standby"
    ! is_in_standby
}
