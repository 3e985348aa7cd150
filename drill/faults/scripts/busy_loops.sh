#!/bin/sh
# Run more endless loops than there are processors, each for `seconds`.
: "${seconds:?}"
for _ in 0 $(seq "$(nproc)"); do
    timeout "$seconds" sh -c 'while :; do :; done' &
done
wait
