#!/bin/sh
# End maintenance mode of the whole cluster (crm_attribute(8)). The property is deleted: it was not set before.
: "${cluster_process:?}"

is_wrong() {
    pidof "$cluster_process" >/dev/null &&
        crm_attribute -q -t crm_config -n maintenance-mode -G 2>/dev/null | grep -qiE '^(true|on|yes)'
}

put_right() {
    crm_attribute -q -t crm_config -n maintenance-mode -D
}
