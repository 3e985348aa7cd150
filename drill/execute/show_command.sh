#!/bin/sh
# Print what a command says, and `yes` on a last line when that contains the wanted text.
: "${command:?}"
: "${wanted:?}"
said=$(sh -c "$command" 2>&1)
printf '%s\n' "$said"
case $said in
    *"$wanted"*) echo yes ;;
esac
