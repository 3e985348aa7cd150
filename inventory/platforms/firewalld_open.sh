#!/bin/sh
# Allow the packets of the cluster and the web server in a running firewalld.
# firewalld's service high-availability: udp 5404 and 5405, tcp 2224, 3121, 5403, 21064.
set -e
firewall-cmd --state >/dev/null 2>&1 || exit 0
for name in high-availability http; do
    firewall-cmd -q --permanent --query-service="$name" && firewall-cmd -q --query-service="$name" && continue
    firewall-cmd -q --permanent --add-service="$name"
    firewall-cmd -q --add-service="$name"
done
