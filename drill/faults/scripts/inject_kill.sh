#!/bin/sh
# SIGKILL all processes of a name, and remember which they were: others may take their place at once.
: "${folder:?}"
: "${process:?}"
mkdir -p "$folder"
pidof "$process" >"$folder/$process.killed" || {
    echo "no $process runs here" >&2
    exit 1
}
# shellcheck disable=SC2046  # one word for each process
kill -KILL $(cat "$folder/$process.killed")
