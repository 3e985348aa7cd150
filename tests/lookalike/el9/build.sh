#!/bin/sh
# Make the root file system of the look-alike in the folder WORK: base.tar. Needs mmdebstrap, as root; a few minutes.
set -e
here=$(cd "$(dirname "$0")" && pwd)
work=${1:?the folder for base.tar}
base=dnf,rpm,python3-minimal,ca-certificates,passwd,findutils,netbase
mmdebstrap --quiet --variant=minbase --format=null --include="$base" \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="sh $here/customize.sh \"\$1\" $here $work" \
    bookworm /dev/null
