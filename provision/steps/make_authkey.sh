#!/bin/sh
# Make the cluster's key. `keygen` is a shell text that writes it, and writes nothing else anywhere.
: "${authkey:?}"
: "${keygen:?}"
set -e
mkdir -p /etc/corosync
sh -c "$keygen" >/dev/null
chmod 0400 "$authkey"
chown root:root "$authkey"
