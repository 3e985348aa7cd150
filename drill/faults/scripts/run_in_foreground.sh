#!/bin/sh
# Run a shell text and wait for its end. During that time the pid of this shell is in a file: when the caller is
# killed, repair_interrupted_action.sh finds the shell by this file and ends it.
: "${folder:?}"
: "${text:?}"
# The next word is part of this shell's command line. It distinguishes this shell from another process with the same pid.
: ha-lab-action
mkdir -p "$folder"
echo $$ >"$folder/action.pid"
sh -c "$text"
status=$?
rm -f "$folder/action.pid"
exit "$status"
