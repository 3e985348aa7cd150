#!/bin/sh
# Print the output of a command; when it contains the wanted text, print `yes` as the last line.
: "${command:?}"
: "${wanted:?}"
output=$(sh -c "$command" 2>&1)
printf '%s\n' "$output"
case $output in
    *"$wanted"*) echo yes ;;
esac
