#!/bin/sh
# The mark of inject_reboot.sh is gone: the node has booted again.
: "${mark:?}"
if [ -e "$mark" ]; then echo "the mark is still there"; else echo yes; fi
