#!/bin/sh
# Send SIGKILL to all processes with a name, and keep their pids in a file: new ones may start at once.
: "${folder:?}"
: "${process:?}"
mkdir -p "$folder"
pidof "$process" >"$folder/$process.killed" || {
    echo "no $process runs here" >&2
    exit 1
}
# shellcheck disable=SC2046  # one word for each process
kill -KILL $(cat "$folder/$process.killed")
