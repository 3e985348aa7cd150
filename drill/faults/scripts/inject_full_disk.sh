#!/bin/sh
# Put pacemaker's part of /var on a small full file system: a link takes the place of the folder, and the folder itself
# is set aside. The disk itself is not changed. The small file system takes at most `most_kb` of memory; where the
# provider made it with the node, it is used, because root of a container may not mount anything.
: "${state:?}"
: "${kept:?}"
: "${small:?}"
: "${source:?}"
: "${most_kb:?}"
[ ! -L "$state" ] || exit 0
set -e
need=$(du -sk "$state" | cut -f1)
[ "$need" -lt $((most_kb / 2)) ] || {
    echo "$state holds $need kB: too much to copy" >&2
    exit 1
}
mkdir -p "$small"
grep -q " $small tmpfs " /proc/mounts || mount -t tmpfs -o "size=${most_kb}k,mode=0755" "$source" "$small"
cp -a "$state/." "$small/"
chown --reference="$state" "$small"
chmod --reference="$state" "$small"
dd if=/dev/zero of="$small/ha-lab-full" bs=4k 2>/dev/null || true
mv "$state" "$kept"
ln -s "$small" "$state"
