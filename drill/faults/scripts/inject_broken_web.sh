#!/bin/sh
# Put a line into the web server's configuration that it cannot read, then kill it: it cannot start again.
: "${file:?}"
: "${folder:?}"
: "${process:?}"
echo ThisIsNoDirective >"$file" || exit 1
. ./inject_kill.sh
