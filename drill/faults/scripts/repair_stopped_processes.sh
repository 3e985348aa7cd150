#!/bin/sh
# Continue the processes that were stopped with SIGSTOP. `names` is a regular expression of pgrep(1).
: "${names:?}"

is_wrong() {
    ps -eo stat=,comm= | grep -qE "^T[^ ]* +($names)"
}

put_right() {
    pkill -CONT "^($names)" 2>/dev/null
}
