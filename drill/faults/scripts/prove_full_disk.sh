#!/bin/sh
# No data can be written under pacemaker's part of /var.
: "${state:?}"
[ -L "$state" ] || {
    echo "$state is not on the small file system"
    exit
}
probe=$state/ha-lab-probe
if dd if=/dev/zero of="$probe" bs=4k count=1 2>/dev/null; then echo "there is room"; else echo yes; fi
rm -f "$probe"
