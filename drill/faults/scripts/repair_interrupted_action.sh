#!/bin/sh
# End the command that a killed drill started on this node (run_in_foreground.sh): it could undo the repair.
: "${folder:?}"
. ./background.sh

is_wrong() {
    background_runs action
}

put_right() {
    pkill -KILL -g "$(ps -o pgid= -p "$(cat "$folder/action.pid")" | tr -d ' ')" && rm -f "$folder/action.pid"
}
