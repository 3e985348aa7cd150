#!/bin/sh
# Start a shell text in the background, for at most `limit` seconds; nothing when it runs already.
: "${folder:?}"
: "${name:?}"
: "${limit:?}"
: "${text:?}"
. ./background.sh

background_runs "$name" || start_background "$name" "$limit" "$text"
