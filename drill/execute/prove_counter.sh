#!/bin/sh
# Prints `yes` when the counter service answers here, or when no web server runs here.
: "${path:?}"
: "${process:?}"
if ! pgrep -x "$process" >/dev/null; then
    echo yes
    exit 0
fi
status=$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://localhost$path" || true)
if [ "$status" = 400 ]; then echo yes; else echo "http://localhost$path answers with status $status, not 400"; fi
