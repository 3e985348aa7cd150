#!/bin/sh
# End standby on a node: the permanent one (-t nodes) and the one until the next reboot (-t status); crm_attribute(8).
: "${cluster_process:?}"
: "${node:?}"
: "${end_standby:?}"

standby_in() {
    crm_attribute -q -t "$1" -N "$node" -n standby -G 2>/dev/null | grep -qiE '^(on|true|yes)'
}

is_in_standby() {
    standby_in nodes || standby_in status
}

is_wrong() {
    pidof "$cluster_process" >/dev/null && is_in_standby
}

put_right() {
    sh -c "$end_standby"
    ! standby_in status || crm_attribute -q -t status -N "$node" -n standby -D
    ! is_in_standby
}
