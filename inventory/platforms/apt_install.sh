#!/bin/sh
# Install packages without questions and without recommended packages, and start none of their services: Debian would
# start corosync and pacemaker with a sample configuration. Source: invoke-rc.d(8), policy-rc.d, exit status 101.
# Another program may hold the lock of dpkg: wait for it; the command's deadline ends the wait.
: "${packages:?}"
: "${policy:?}"
mark='# ha-lab: no service starts while packages are installed'
if [ ! -e "$policy" ] || grep -q "^$mark" "$policy"; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 143' HUP INT TERM
    printf '#!/bin/sh\n%s\nexit 101\n' "$mark" > "$policy"
    chmod 0755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of names
apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=-1 install $packages
