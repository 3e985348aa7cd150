#!/bin/sh
# Makes a Vagrant box of a bare Debian: login by ssh for user vagrant, network by DHCP, a boot loader.
# Runs in the new system while it is made (mmdebstrap, --customize-hook). Usage: customize.sh KERNEL_MODULE...
# /tmp/vagrant.pub is the key that may log in until Vagrant replaces it, at the first `vagrant up`.
set -eu

# User vagrant: root without a password, login with the key only.
id vagrant >/dev/null 2>&1 || useradd --create-home --shell /bin/bash vagrant
usermod -p '*' vagrant
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/vagrant
chmod 0440 /etc/sudoers.d/vagrant
install -d -m 0700 -o vagrant -g vagrant /home/vagrant/.ssh
install -m 0600 -o vagrant -g vagrant /tmp/vagrant.pub /home/vagrant/.ssh/authorized_keys

# Each machine makes its own ssh host keys and its own machine-id at its first boot.
rm -f /etc/ssh/ssh_host_*
: > /etc/machine-id
cat > /etc/systemd/system/ssh-host-keys.service <<'END'
[Unit]
Description=ssh host keys of this machine
Before=ssh.service
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A
[Install]
WantedBy=multi-user.target
END
systemctl enable ssh-host-keys.service
mkdir -p /etc/ssh/sshd_config.d
printf 'UseDNS no\nMaxSessions 64\nMaxStartups 64\n' > /etc/ssh/sshd_config.d/lab.conf

# No service uses the processor or the package lists by itself.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
    systemctl mask "$unit"
done

# Network: eth0 is Vagrant's own; Vagrant adds the others to this file.
cat > /etc/network/interfaces <<'END'
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet dhcp
END
# A machine is made again rather than repaired: dpkg need not wait for the disk (dpkg(1)).
echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/lab
echo debian > /etc/hostname
printf '127.0.0.1 localhost\n127.0.1.1 debian\n' > /etc/hosts
echo 'LABEL=ha-lab-root / ext4 errors=remount-ro 0 1' > /etc/fstab

# A small initramfs with the drivers of the virtual disks only.
mkdir -p /etc/initramfs-tools/conf.d
printf 'MODULES=list\nRESUME=none\n' > /etc/initramfs-tools/conf.d/lab
printf '%s\n' "$@" > /etc/initramfs-tools/modules
update-initramfs -u -k all

# GRUB for BIOS: the caller writes boot.img into the first sector of the disk, and core.img behind it.
mkdir -p /boot/grub
grub-mkimage -O i386-pc -o /boot/grub/core.img -p '(hd0,msdos1)/boot/grub' biosdisk part_msdos ext2 normal linux
cp /usr/lib/grub/i386-pc/boot.img /boot/grub/boot.img
cat > /boot/grub/grub.cfg <<'END'
linux /vmlinuz root=LABEL=ha-lab-root ro console=tty0 console=ttyS0 net.ifnames=0 mitigations=off quiet
initrd /initrd.img
boot
END

apt-get clean
rm -rf /var/lib/apt/lists/* /tmp/vagrant.pub
