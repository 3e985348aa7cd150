#!/bin/sh
# Make pacemaker compute its actions again: any change of the configuration does (crm_attribute(8)). A property of the
# lab's own, which means nothing to pacemaker, is set and deleted.
: "${property:?}"
crm_attribute -q -t crm_config -n "$property" -v 1
status=$?
crm_attribute -q -t crm_config -n "$property" -D || exit
exit "$status"
