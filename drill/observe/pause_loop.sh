#!/bin/sh
# Note the pauses of this node until the process $1 ends: wake every `tick` seconds, and write a line to the file `pauses`
# in the folder $2 when more than `late` hundredths of a second have passed. The line is that time, by the node's clock.
: "${tick:?}"
: "${late:?}"
before=
while sleep "$tick" && [ -d "/proc/$1" ]; do
    read -r now _ </proc/uptime
    now=${now%.*}${now#*.}
    if [ -n "$before" ] && [ $((now - before)) -gt "$late" ]; then echo $((now - before)) >>"$2/pauses"; fi
    before=$now
done
rm -rf "$2"
