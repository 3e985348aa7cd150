#!/bin/sh
# Restart the node from within, a moment after this command has ended. The mark lies in memory: where it is gone,
# the node has booted again.
: "${folder:?}"
: "${mark:?}"
. ./background.sh

mkdir -p /dev/shm && touch "$mark"
start_background reboot 60 'sleep 0.3; reboot'
