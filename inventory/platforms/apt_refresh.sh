#!/bin/sh
# Update the package lists. A mirror that does not answer is an error: apt-get alone only warns.
# Another program (apt-daily, a run that was cut off) may hold the lock: wait for it, at most so many seconds.
: "${seconds:?}"
export LC_ALL=C
end=$(($(date +%s) + seconds))
while :; do
    status=0
    said=$(apt-get -q -o APT::Update::Error-Mode=any update 2>&1) || status=$?
    case $status:$said in
    [1-9]*"Could not get lock"*) [ "$(date +%s)" -lt "$end" ] || break ;;
    *) break ;;
    esac
    sleep 2
done
echo "$said"
exit "$status"
