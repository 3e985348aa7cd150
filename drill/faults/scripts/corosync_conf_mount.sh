#!/bin/sh
# Library: a changed corosync.conf that is mounted over the real one (mount(8)). The real file is not changed.
: "${conf:?}"

conf_is_covered() {
    grep -q " $conf " /proc/mounts
}

# corosync.service has PrivateTmp: a running corosync may have its own mounts (nsenter(1)).
in_corosync() {
    nsenter -m -t "$(pidof corosync)" "$@"
}

conf_is_covered_in_corosync() {
    in_corosync grep -q " $conf " /proc/mounts
}
