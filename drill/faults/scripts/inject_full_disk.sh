#!/bin/sh
# Mount a small full file system over pacemaker's part of /var, with a copy of its content. The disk itself is not
# changed. It takes at most `most_kb` of memory.
: "${folder:?}"
: "${state:?}"
: "${source:?}"
: "${most_kb:?}"
! grep -q "^$source $state " /proc/mounts || exit 0
set -e
need=$(du -sk "$state" | cut -f1)
[ "$need" -lt $((most_kb / 2)) ] || {
    echo "$state holds $need kB: too much to copy" >&2
    exit 1
}
aside=$folder/disk
mkdir -p "$aside"
mount -t tmpfs -o "size=$((need * 2 + 512))k" "$source" "$aside"
cp -a "$state/." "$aside/"
chown --reference="$state" "$aside"
chmod --reference="$state" "$aside"
dd if=/dev/zero of="$aside/ha-lab-full" bs=4k 2>/dev/null || true
mount --bind "$aside" "$state"
umount "$aside"
