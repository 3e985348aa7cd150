#!/bin/sh
# None of the processes that inject_kill.sh killed is there any more.
: "${folder:?}"
: "${process:?}"
[ -s "$folder/$process.killed" ] || {
    echo "no $process was killed"
    exit
}
# shellcheck disable=SC2013  # the words of one line
for pid in $(cat "$folder/$process.killed"); do
    if [ "$(ps -o comm= -p "$pid")" = "$process" ]; then
        echo "process $pid is still there"
        exit
    fi
done
echo yes
