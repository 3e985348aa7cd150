#!/bin/sh
# Start the web server, test that it serves the page, and stop it again.
: "${start_web:?}"
: "${stop_web:?}"
: "${page:?}"
# Seconds for one answer, and tries with a second between them.
: "${limit:?}"
sh -c "$start_web" &&
    curl -s -f --max-time "$limit" --retry "$limit" --retry-connrefused --retry-delay 1 http://127.0.0.1/ |
    grep -q -x -F "$page"
good=$?
sh -c "$stop_web"
exit "$good"
