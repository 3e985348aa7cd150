#!/bin/sh
# Called by build.sh while mmdebstrap holds the tree: keep a copy of it as the base, install the packages of the nodes,
# make RPMs from them, put these into the base as its repositories, and pack it.
set -e
root=${1:?} here=${2:?} work=${3:?}
before=$root/var/tmp/before
mkdir -p "$before" "$work/base"
# shellcheck disable=SC2016 # the words are for dpkg-query
chroot "$root" dpkg-query -W -f '${Package}\n' > "$before/packages"
cp "$root/etc/passwd" "$root/etc/group" "$before/"
(cd "$root" && find . -xdev -path ./proc -prune -o -path ./sys -prune -o -path ./dev -prune -o -path ./var/tmp -prune \
    -o -print | sed 's/^\.//') > "$before/files"
tar -C "$root" --one-file-system --exclude=./var/tmp/before --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* \
    --exclude=./var/cache/apt/* --exclude=./var/lib/apt/lists/* -cf - . | tar -C "$work/base" -xf -

chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install \
    corosync pacemaker pacemaker-cli-utils pcs resource-agents apache2 nftables iproute2 iputils-ping iputils-arping \
    procps openssh-server openssh-client sudo firewalld systemd systemd-sysv dbus curl dnf-plugins-core \
    rpm createrepo-c media-types >"$work/apt.log" 2>&1
mkdir -p "$root/var/tmp/el9"
cp "$here"/* "$root/var/tmp/el9/"
chroot "$root" python3 /var/tmp/el9/make_rpms.py /var/tmp/before /srv/el9
mkdir -p "$work/base/srv"
cp -r "$root/srv/el9" "$work/base/srv/"

base=$work/base
mkdir -p "$base/etc/yum.repos.d"
cp "$here/el9.repo" "$base/etc/yum.repos.d/"
: > "$base/etc/machine-id"
printf 'NAME="CentOS Stream"\nVERSION="9"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="9"\nPRETTY_NAME="CentOS Stream 9 (look-alike)"\n' \
    > "$base/etc/os-release"
rm -rf "$base"/usr/bin/apt* "$base"/usr/bin/dpkg* "$base"/usr/lib/apt "$base"/etc/apt "$base"/var/lib/dpkg "$base"/var/lib/apt \
    "$base"/usr/bin/hostname "$base"/bin/hostname
tar -C "$base" -cf "$work/base.tar" .
rm -rf "$base"
