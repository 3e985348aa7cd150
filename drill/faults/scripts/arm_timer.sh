#!/bin/sh
# Arm the heal of a fault on the node itself: after `seconds` a timer runs the script `heal`, then leaves the file
# NAME.fired. An earlier timer of this name ends, and its file goes.
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
