#!/bin/sh
# Runs libvirt in mount, network and process namespaces of their own, until its standard input ends.
# Usage: unshare --mount --net --ipc --pid --fork --kill-child cage.sh FOLDER
# All files of libvirt are below FOLDER. When this process ends, the kernel ends all others in its process namespace,
# and with them the networks: nothing is left on this machine but FOLDER.
set -eu
folder=$1
mount --make-rprivate /
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
for place in /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do
    mkdir -p "$place" "$folder$place"
    mount --bind "$folder$place" "$place"
done
mkdir -p /etc/libvirt/qemu /var/lib/libvirt/images /var/lib/libvirt/dnsmasq
cat > /etc/libvirt/libvirtd.conf <<'END'
auth_unix_ro = "none"
auth_unix_rw = "none"
END
# qemu runs as root, without control groups: this works in a container too.
cat > /etc/libvirt/qemu.conf <<'END'
user = "root"
group = "root"
dynamic_ownership = 0
security_driver = "none"
cgroup_controllers = []
namespaces = []
END
ip link set lo up
virtlogd --daemon
libvirtd --daemon
tries=0
until virsh -q -c qemu:///system version > "$folder/version" 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 120 ] || { cat "$folder/version" /var/log/libvirt/*; exit 1; }
    sleep 1
done
virsh -q -c qemu:///system pool-define-as default dir --target /var/lib/libvirt/images
virsh -q -c qemu:///system pool-start default
echo ready
cat > /dev/null
