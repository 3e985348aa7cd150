#!/bin/sh
# Give the cluster's key and certificate to another node, from root to root. The file .p12 contains the key and has no
# password, so it is only in folders that nobody else can read.
: "${database:?}"
: "${peer:?}"
: "${ca:?}"
set -e
umask 077
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
certutil -L -d "$database" -n "$ca" -a >"$folder/ca.crt"
cp "$database/qdevice-net-node.p12" "$folder/node.p12"
tar -C "$folder" -cf - ca.crt node.p12 | ssh -o BatchMode=yes "root@$peer" "
    set -e
    umask 077
    folder=\$(mktemp -d)
    trap 'rm -rf \"\$folder\"' EXIT
    tar -C \"\$folder\" -xf -
    rm -rf '$database'
    mkdir -p \"\$(dirname '$database')\"
    corosync-qdevice-net-certutil -i -c \"\$folder/ca.crt\" >/dev/null
    corosync-qdevice-net-certutil -m -c \"\$folder/node.p12\" >/dev/null"
