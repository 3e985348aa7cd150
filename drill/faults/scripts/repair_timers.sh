#!/bin/sh
# End every timer (arm_timer.sh) that is armed on this node.
: "${folder:?}"
. ./background.sh

timers() {
    for file in "$folder"/timer-*.pid; do
        [ ! -e "$file" ] || basename "$file" .pid
    done
}

is_wrong() {
    for timer in $(timers); do
        ! background_runs "$timer" || return 0
    done
    return 1
}

put_right() {
    for timer in $(timers); do
        ! background_runs "$timer" || end_background "$timer"
        rm -f "$folder/$timer.pid"
    done
}
