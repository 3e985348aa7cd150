#!/bin/sh
# Neither corosync nor pacemaker runs.
: "${cluster_process:?}"
pidof corosync "$cluster_process" || echo yes
