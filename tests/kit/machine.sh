#!/bin/sh
# A machine without network: runs a command in a root folder, in namespaces of its own, until the command ends.
# Usage, as root: unshare --mount --net --ipc --uts --pid --cgroup --fork --kill-child machine.sh ROOT COMMAND...
# The folder ROOT becomes /. There is no interface but lo, so no packet leaves. When this process ends, the kernel ends
# all others in its process namespace, and with them the engine and its containers.
set -eu
root=$1
shift
# The host's `ip`: the smallest system has none. Docker publishes the nodes' ssh ports on the loopback.
ip link set lo up
hierarchies=$(grep ' cgroup ' /proc/mounts || true)
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mount -t cgroup2 cgroup2 sys/fs/cgroup
else
    # Control groups of version 1: one mount for each controller, as on the host.
    mount -t tmpfs tmpfs sys/fs/cgroup
    echo "$hierarchies" | while read -r _ place _ options _; do
        controllers=$(echo "$options" | tr , '\n' | grep -vE '^(rw|relatime|nosuid|nodev|noexec)$' | paste -sd ,)
        mkdir -p "$root$place"
        mount -t cgroup -o "$controllers" cgroup "$root$place"
    done
fi
mkdir -p old
pivot_root . old
cd /
umount -l /old
exec "$@"
