#!/bin/sh
# Library: a changed corosync.conf that lies over the real one by mount(8). The real file stays as it is.
: "${conf:?}"

conf_is_covered() {
    grep -q " $conf " /proc/mounts
}

# corosync.service has a PrivateTmp: a running corosync may have mounts of its own (nsenter(1)).
in_corosync() {
    nsenter -m -t "$(pidof corosync)" "$@"
}

conf_is_covered_in_corosync() {
    in_corosync grep -q " $conf " /proc/mounts
}
