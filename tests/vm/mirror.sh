#!/bin/sh
# Makes a flat repository of some Debian packages with all that they depend on, from Debian's mirror.
# Usage: mirror.sh FOLDER SUITE PACKAGE...   The repository is FOLDER/repository; apt's files are beside it.
# Source: "Flat repository format" of Debian's repository format; apt-ftparchive(1).
set -eu
folder=$1 suite=$2
shift 2
mkdir -p "$folder/repository" "$folder/apt/lists/partial" "$folder/apt/archives/partial"
cd "$folder"
: > apt/status
components="main"
key=/usr/share/keyrings/debian-archive-keyring.gpg
cat > apt/sources.list <<END
deb [signed-by=$key] http://deb.debian.org/debian $suite $components
deb [signed-by=$key] http://deb.debian.org/debian $suite-updates $components
deb [signed-by=$key] http://security.debian.org/debian-security $suite-security $components
END
own() {
    apt-get -q -y -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null -o Dir::State="$folder/apt" -o Dir::State::status="$folder/apt/status" \
        -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt" \
        -o Dir::Cache::archives="$folder/apt/archives" -o APT::Sandbox::User=root "$@"
}
own update
own --download-only --no-install-recommends install "$@"
mv apt/archives/*.deb repository/
cd repository
apt-ftparchive packages . > Packages
gzip -k Packages
apt-ftparchive release . > Release
