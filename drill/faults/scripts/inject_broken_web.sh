#!/bin/sh
# Add an invalid line to the web server's configuration and kill the server, so that it cannot start again.
: "${file:?}"
: "${folder:?}"
: "${process:?}"
echo ThisIsNoDirective >"$file" || exit 1
. ./inject_kill.sh
