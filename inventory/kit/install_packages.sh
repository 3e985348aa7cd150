#!/bin/sh
# Installs Debian packages from a kit, without network. Usage, as root: install_packages.sh FOLDER PACKAGE...
# FOLDER has the packages, with the index of a flat repository (Packages) and the system that they are for (SYSTEM).
# The lists and sources of this machine's apt are neither used nor changed.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
folder=$(CDPATH='' cd -- "$1" && pwd -P)
shift
made_for=$(cat "$folder/SYSTEM")
this=$(sh "$here/system.sh")
if [ "$this" != "$made_for" ]; then
    echo "The kit's packages are for $made_for, and this machine is ${this:-no Debian}." >&2
    exit 3
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial"
ln -s "$folder" "$work/packages"
echo "deb [trusted=yes] file:$work/packages ./" > "$work/kit.list"
kit_apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o APT::Sandbox::User=root \
        -o Dir::Etc::SourceList="$work/kit.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists" \
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}
kit_apt update
kit_apt install --no-install-recommends "$@"
