#!/bin/sh
# Wait until the cluster of this node fences no node and wants to fence none. What a late fencing would undo comes after.
: "${seconds:?}"
wants_to_fence() {
    stonith_admin --history '*' 2>/dev/null | grep -Eq 'pending|wishes to' ||
        crm_mon -X -r 2>/dev/null | grep -q 'unclean="true"'
}
left=$seconds
while [ "$left" -gt 0 ] && wants_to_fence; do
    sleep 1
    left=$((left - 1))
done
