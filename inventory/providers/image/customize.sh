#!/bin/sh
# Make a node of a system that has the lab's packages: ssh login for user vagrant, and no service of the cluster starts
# by itself (the walkthrough starts them). This runs inside the image while it is built.
set -e
id vagrant >/dev/null 2>&1 || useradd -m -s /bin/bash vagrant
usermod -p '*' vagrant
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/vagrant
chmod 0440 /etc/sudoers.d/vagrant
# Each node makes its own host keys at its first start (node-init).
rm -f /etc/ssh/ssh_host_*
mkdir -p /etc/ssh/sshd_config.d
printf 'UseDNS no\nMaxSessions 64\nMaxStartups 64\n' > /etc/ssh/sshd_config.d/lab.conf
rm -f /run/nologin /etc/nologin
for unit in corosync pacemaker pcsd pcsd-ruby logd apache2 httpd corosync-notifyd \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap \
    fstrim.timer man-db.timer systemd-timesyncd dnf-makecache.timer; do
    systemctl disable $unit >/dev/null 2>&1 || true
done
for unit in systemd-udevd.service systemd-udev-trigger.service systemd-udevd-kernel.socket systemd-udevd-control.socket \
    systemd-modules-load.service sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
    systemd-networkd-wait-online.service getty.target console-getty.service systemd-logind.service; do
    ln -sf /dev/null /etc/systemd/system/$unit
done
rm -f /etc/corosync/corosync.conf /var/www/html/index.html
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
# Root of a container may not call sethostname(2), but the kernel's file for the node's own name is writable (node-init).
# `hostname NAME` works as on a machine.
if program=$(command -v hostname); then
    mv "$program" "$program.system"
    cat > "$program" <<'END'
#!/bin/sh
case "${1:--}" in
    -*) exec "$0.system" "$@" ;;
    *) echo "$1" > /proc/sys/kernel/hostname ;;
esac
END
    chmod 0755 "$program"
fi
