#!/bin/sh
# Update the package lists. A mirror that does not answer is an error: apt-get alone only warns.
# Another program (apt-daily, a run that was cut off) may hold the lock: wait for it; the command's deadline ends the
# wait.
export LC_ALL=C
while :; do
    status=0
    said=$(apt-get -q -o APT::Update::Error-Mode=any update 2>&1) || status=$?
    case $status:$said in
    [1-9]*"Could not get lock"*) sleep 2 ;;
    *) break ;;
    esac
done
echo "$said"
exit "$status"
