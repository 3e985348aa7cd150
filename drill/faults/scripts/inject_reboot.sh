#!/bin/sh
# Reboot the node, a moment after this command has ended. The marker is a file in memory: when it is gone, the node
# has booted again.
: "${folder:?}"
: "${marker:?}"
. ./background.sh

mkdir -p /dev/shm && touch "$marker"
start_background reboot 60 'sleep 0.3; reboot'
