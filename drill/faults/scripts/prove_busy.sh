#!/bin/sh
# More loops of busy_loops.sh run than there are processors.
: "${folder:?}"
: "${name:?}"
. ./background.sh

background_runs "$name" || {
    echo "the loops do not run"
    exit
}
running=$(ps -o stat= -s "$(cat "$folder/$name.pid")" | grep -c '^R')
if [ "$running" -gt "$(nproc)" ]; then echo yes; else echo "only $running processes run"; fi
