#!/bin/sh
# Import the cluster's signed certificate (base64, from the standard input) into this node's database, in the place of
# an older one.
: "${database:?}"
: "${certificate:?}"
set -e
umask 077
file=$(mktemp)
base64 -d >"$file"
certutil -D -d "$database" -n "$certificate" 2>/dev/null || true
corosync-qdevice-net-certutil -M -c "$file" >/dev/null
rm -f "$file"
