#!/bin/sh
# Removes the counter service, if it is there; the web server reads its settings again.
: "${folder:?}"
: "${conf:?}"
: "${process:?}"
[ -e "$folder" ] || [ -e "$conf" ] || exit 0
rm -rf "$folder" "$conf"
if parent=$(pgrep -o -x "$process"); then kill -USR1 "$parent"; fi
echo "removed the counter service"
