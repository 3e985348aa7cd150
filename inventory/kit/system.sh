#!/bin/sh
# Prints the system that Debian packages are for, as "debian 12 amd64"; nothing where there is no apt.
command -v apt-get >/dev/null && command -v dpkg >/dev/null || exit 0
ID='' VERSION_ID=''
# shellcheck disable=SC1091
. /etc/os-release
echo "$ID $VERSION_ID $(dpkg --print-architecture)"
