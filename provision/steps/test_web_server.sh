#!/bin/sh
# Start the web server, test that it serves the page, and stop it again. curl 7.19 cannot repeat a refused request
# itself (--retry-connrefused).
: "${start_web:?}"
: "${stop_web:?}"
: "${page:?}"
# Seconds for one answer, and tries with a second between them.
: "${limit:?}"
serves() {
    for _ in $(seq "$limit"); do
        served=$(curl -s -f --max-time "$limit" http://127.0.0.1/)
        [ $? -eq 7 ] || break # 7: refused
        sleep 1
    done
    printf '%s\n' "$served" | grep -q -x -F "$page"
}
sh -c "$start_web" && serves
good=$?
sh -c "$stop_web"
exit "$good"
