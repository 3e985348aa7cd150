#!/bin/sh
# Uses the archive of old releases: the mirror list of CentOS 6 is gone, and its TLS is too old for https.
set -e
sed -i -e 's|^mirrorlist=|#mirrorlist=|' \
    -e 's|^#* *baseurl=https*://[^/]*/\(centos/\)*[^/]*/|baseurl=http://vault.centos.org/6.4/|' \
    /etc/yum.repos.d/CentOS-Base.repo
