#!/bin/sh
# Make this node's certificate database anew: it trusts the witness's CA, whose certificate (base64) is the standard
# input. Then make the cluster's key and a request for its certificate (corosync-qdevice-net-certutil(8)).
: "${database:?}"
: "${cluster:?}"
set -e
umask 077
ca=$(mktemp)
{
    echo '-----BEGIN CERTIFICATE-----'
    fold -w 64
    echo
    echo '-----END CERTIFICATE-----'
} >"$ca"
rm -rf "$database"
mkdir -p "$(dirname "$database")"
corosync-qdevice-net-certutil -i -c "$ca" >/dev/null
rm -f "$ca"
corosync-qdevice-net-certutil -r -n "$cluster" >/dev/null
