#!/bin/sh
# Library: programs that run on a node after the command that started them has ended (loops, timers).
# Each program runs in its own process session (setsid(1)) with a time limit (timeout(1)). Its pid is in a file, so
# that a later command can find and end it. This works with systemd and with init scripts.
: "${folder:?}"

# start_background NAME SECONDS TEXT [ARGUMENT...]: run a shell text for at most this many seconds.
start_background() {
    background_name=$1 background_limit=$2 background_text=$3
    shift 3
    mkdir -p "$folder"
    setsid timeout -s KILL "$background_limit" \
        sh -c "$background_text" "ha-lab-$background_name" "$@" </dev/null >/dev/null 2>&1 &
    echo $! >"$folder/$background_name.pid"
}

# background_runs NAME: the program still runs. A pid that another program has now does not count.
background_runs() {
    background_pid=$(cat "$folder/$1.pid" 2>/dev/null) &&
        grep -qs "ha-lab-$1" "/proc/$background_pid/cmdline"
}

# end_background NAME: end the program and all that it started. Just after the start it has no session of its own yet.
end_background() {
    background_pid=$(cat "$folder/$1.pid")
    kill -KILL "$background_pid"
    pkill -KILL -s "$background_pid"
    rm -f "$folder/$1.pid"
}
