#!/bin/sh
# Print a web server's page, or nothing when there is no such file.
: "${file:?}"
if [ -r "$file" ]; then head -c 65536 "$file"; fi
