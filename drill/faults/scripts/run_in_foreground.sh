#!/bin/sh
# Run a shell text and wait for its end, with the pid of this shell in a file meanwhile. Whoever asked for it may be
# killed; repair_interrupted_action.sh then finds it by the file and ends it.
: "${folder:?}"
: "${text:?}"
# The next word stands in this shell's command line: so another process with the same number is told apart.
: ha-lab-action
mkdir -p "$folder"
echo $$ >"$folder/action.pid"
sh -c "$text"
status=$?
rm -f "$folder/action.pid"
exit "$status"
