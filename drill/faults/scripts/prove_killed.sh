#!/bin/sh
# None of the processes that inject_kill.sh killed exists any more.
: "${folder:?}"
: "${process:?}"
[ -s "$folder/$process.killed" ] || {
    echo "no $process was killed"
    exit
}
# shellcheck disable=SC2013  # one line with several pids
for pid in $(cat "$folder/$process.killed"); do
    if [ "$(ps -o comm= -p "$pid")" = "$process" ]; then
        echo "process $pid still exists"
        exit
    fi
done
echo yes
