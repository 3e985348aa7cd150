#!/bin/sh
# Makes a bootable raw disk from a system in a tar file, without mounting anything.
# Usage: make_disk.sh FOLDER MEGABYTES. FOLDER has root.tar; disk.raw is made there.
# Owners in the tar file must be kept: run this as root, or below fakeroot.
set -eu
folder=$1 megabytes=$2
cd "$folder"
trap 'rm -rf tree' EXIT
mkdir tree
# Device files are made at each boot.
tar -xf root.tar -C tree --exclude='./dev/*'
truncate -s "${megabytes}M" disk.raw
# The only partition begins at 1 MiB and ends with the disk.
mke2fs -q -t ext4 -L ha-lab-root -d tree -E offset=1048576 disk.raw "$(((megabytes - 1) * 1024))k"
cp tree/boot/grub/boot.img tree/boot/grub/core.img .
