#!/bin/sh
# Make root's ssh key, without a passphrase. SELinux wants its label on a new folder (restorecon(8)).
: "${key_type:?}"
: "${comment:?}"
set -e
[ -d /root/.ssh ] || mkdir -m 700 /root/.ssh
ssh-keygen -q -t "$key_type" -N '' -C "$comment" -f "/root/.ssh/id_$key_type"
! command -v restorecon >/dev/null || restorecon -R /root/.ssh
