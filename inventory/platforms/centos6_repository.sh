#!/bin/sh
# Use the archive of old releases: CentOS 6 has no mirror list any more, and its TLS is too old for https.
set -e
sed -i -e 's|^mirrorlist=|#mirrorlist=|' \
    -e 's|^#* *baseurl=https*://[^/]*/\(centos/\)*[^/]*/|baseurl=http://vault.centos.org/6.4/|' \
    /etc/yum.repos.d/CentOS-Base.repo
