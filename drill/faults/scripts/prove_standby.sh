#!/bin/sh
# The cluster shows a node in standby (crm_mon(8)).
: "${node:?}"
crm_mon -X -r | grep -F "<node name=\"$node\"" | grep -q ' standby="true"' && echo yes
