#!/bin/sh
# fence_ipmilan(8) runs this in place of ipmitool(1), with an empty password. The real password comes from a file. So it
# is never on a command line, where every process of the node could read it.
: "${password_file:?}"

while [ $# -gt 0 ]; do
    case $1 in
        -P) shift 2 ;;
        chassis) break ;;
        *) options="${options-} $1" && shift ;;
    esac
done
# No option has a space in it: addresses, numbers and words.
# shellcheck disable=SC2086
exec /usr/bin/ipmitool ${options-} -f "$password_file" "$@"
