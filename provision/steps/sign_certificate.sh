#!/bin/sh
# Sign the cluster's request (base64, from the standard input) on the witness (corosync-qnetd-certutil(8)).
: "${database:?}"
: "${cluster:?}"
set -e
base64 -d >"$database/cluster-$cluster.crq"
corosync-qnetd-certutil -s -c "$database/cluster-$cluster.crq" -n "$cluster" >/dev/null
