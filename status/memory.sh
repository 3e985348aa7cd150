#!/bin/sh
# Print the memory in use on this node, in bytes: of the container (cgroup v2, then v1), otherwise of the machine.
cat /sys/fs/cgroup/memory.current /sys/fs/cgroup/memory/memory.usage_in_bytes ||
awk '/MemTotal/ {total = $2} /MemAvailable/ {free = $2} END {print (total - free) * 1024}' /proc/meminfo
