#!/bin/sh
# Note the pauses of this node until the process $1 ends: wake after `tick` hundredths of a second again and again. When a
# wake is late by `late` hundredths or more, write by how much to the file `pauses` in the folder $2, by the node's clock.
: "${tick:?}"
: "${late:?}"
before=
while sleep "0.$tick" && [ -d "/proc/$1" ]; do
    read -r now _ </proc/uptime
    now=${now%.*}${now#*.}
    if [ -n "$before" ] && [ $((now - before - tick)) -ge "$late" ]; then echo $((now - before - tick)) >>"$2/pauses"; fi
    before=$now
done
rm -rf "$2"
