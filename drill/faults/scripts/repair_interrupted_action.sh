#!/bin/sh
# End the command that a killed drill had begun here (run_in_foreground.sh): it would undo the repair.
: "${folder:?}"
. ./background.sh

is_wrong() {
    background_runs action
}

put_right() {
    pkill -KILL -g "$(ps -o pgid= -p "$(cat "$folder/action.pid")" | tr -d ' ')" && rm -f "$folder/action.pid"
}
