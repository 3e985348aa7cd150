#!/bin/sh
# Start a shell text in the background, for at most `limit` seconds. Does nothing when it already runs.
: "${folder:?}"
: "${name:?}"
: "${limit:?}"
: "${text:?}"
. ./background.sh

background_runs "$name" || start_background "$name" "$limit" "$text"
