#!/bin/sh
# Arm a timer on the node that heals a fault: after `seconds` it runs the script `heal`, then creates the file
# NAME.fired. An earlier timer of this name is ended, and its file is removed.
: "${folder:?}"
: "${name:?}"
: "${seconds:?}"
: "${limit:?}"
: "${heal:?}"
. ./background.sh

! background_runs "$name" || end_background "$name"
rm -f "$folder/$name.fired"
# shellcheck disable=SC2016  # the timer's own shell expands these
start_background "$name" "$limit" 'sleep "$1"; sh -c "$2"; touch "$3"' "$seconds" "$heal" "$folder/$name.fired"
