#!/bin/sh
# Make the cluster's key. With -l corosync-keygen does not wait for entropy; corosync 1.4 has no such option.
: "${authkey:?}"
set -e
mkdir -p /etc/corosync
option=$(corosync-keygen -h 2>&1 | grep -o -m1 -e ' -l' | head -1)
# shellcheck disable=SC2086  # one option, or none
corosync-keygen $option >/dev/null
chmod 0400 "$authkey"
chown root:root "$authkey"
