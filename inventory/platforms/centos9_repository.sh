#!/bin/sh
# Enables the repository that has the cluster's packages.
set -e
dnf -q repolist --enabled | grep -q '^highavailability' && exit 0
dnf -q -y --setopt=install_weak_deps=False install dnf-plugins-core
dnf -q config-manager --set-enabled highavailability
