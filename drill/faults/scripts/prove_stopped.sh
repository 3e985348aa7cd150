#!/bin/sh
# Every process with a name is in state T (stopped).
: "${process:?}"
states=$(ps -o stat= -C "$process")
if [ -z "$states" ]; then
    echo "no $process runs here"
elif echo "$states" | grep -qv '^T'; then
    # shellcheck disable=SC2086  # all on one line
    echo "process states:" $states
else
    echo yes
fi
