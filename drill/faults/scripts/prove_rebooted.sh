#!/bin/sh
# The marker of inject_reboot.sh is gone: the node has booted again.
: "${marker:?}"
if [ -e "$marker" ]; then echo "the marker is still there"; else echo yes; fi
