#!/bin/sh
# After a benchmark that was killed: restore lab.yaml's corosync.conf, and stop a cluster that runs with another one.
: "${conf:?}"
: "${text:?}"
: "${token:?}"
: "${timings:?}"
: "${stop_cluster:?}"
done=
if [ "$(cat "$conf" 2>/dev/null)" != "$(printf '%s' "$text")" ]; then
    printf '%s' "$text" > "$conf.new" && mv "$conf.new" "$conf" || exit 1
    done=yes
fi
if pidof corosync >/dev/null && { [ -n "$done" ] || ! sh -c "$timings" | grep -q "totem\.token[ =].*$token\$"; }; then
    sh -c "$stop_cluster" || exit 1
    done=yes
fi
[ -z "$done" ] || echo "corosync.conf is as in lab.yaml again"
