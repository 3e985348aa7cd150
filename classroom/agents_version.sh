#!/bin/sh
# In the files of the address's agent on this node, write lines of another package version, or restore the lines. The
# versions differ in the folder of the helper programs (Debian 11: lib, Debian 12: libexec); before 3.9.4, IPaddr2
# called the program findif, not the library findif.sh. With these lines start fails, monitor does not.
: "${version:?}"
: "${usr:?}"
: "${agent:?}"
library=$usr/lib/ocf/lib/heartbeat/ocf-directories
agent=$(readlink -f "$agent")
own=$usr/libexec/heartbeat other=$usr/lib/heartbeat
[ -x "$own/send_arp" ] || { own=$usr/lib/heartbeat other=$usr/libexec/heartbeat; }
own_folder=": \${HA_BIN:=$own}"
other_folder=": \${HA_BIN:=$other}"
function='FINDIF=findif'
# shellcheck disable=SC2016 # the agent expands HA_BIN
program='FINDIF=$HA_BIN/findif'

# Replace a complete line, if the file has it.
replace() {
    if grep -qxF "$2" "$1" 2>/dev/null; then
        sed -i "s|^$2\$|$3|" "$1"
    fi
}

if [ "$version" = other ]; then
    replace "$library" "$own_folder" "$other_folder"
    grep -qxF "$other_folder" "$library" || {
        echo "$library has no line '$own_folder'" >&2
        exit 1
    }
    replace "$agent" "$function" "$program"
else
    replace "$library" "$other_folder" "$own_folder"
    if grep -q '/findif\.sh$' "$agent" 2>/dev/null; then
        replace "$agent" "$program" "$function"
    fi
fi
