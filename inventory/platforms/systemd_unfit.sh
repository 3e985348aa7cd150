#!/bin/sh
# Print one line for each reason why a unit does not start as its package installed it.
: "${unit:?}"
: "${own:?}"
: "${not_loaded:?}"
: "${changed:?}"
# Pacemaker writes this file while it manages the unit, and removes it at the stop.
pacemakers=50-pacemaker.conf
state=$(systemctl show -p LoadState "$unit")
[ "$state" = LoadState=loaded ] || echo "$not_loaded: ${state#LoadState=}"
systemctl show -p FragmentPath -p DropInPaths "$unit" | sed 's/^[^=]*=//' | tr ' ' '\n' |
    grep -E '^/(etc|run)/systemd/(system|system.control|transient)/' |
    grep -v -e "/$own\$" -e "^/run/systemd/system/.*/$pacemakers\$" -e "^/etc/systemd/system/multi-user" |
    sed "s/^/$changed: /"
# A unit that is masked is a link to /dev/null in one of these folders; its state says so.
exit 0
