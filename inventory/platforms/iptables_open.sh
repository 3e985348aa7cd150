#!/bin/sh
# Allow the packets of the cluster and the web server in a running iptables service. igmp: corosync 1.4 uses multicast.
# iptables 1.4.7 has no --check, so the output of iptables-save is searched.
set -e
service iptables status >/dev/null 2>&1 || exit 0
changed=
allow() {
    want=$1; shift
    iptables-save | grep -q -e "^-A INPUT $want -j ACCEPT" && return
    iptables -I INPUT "$@" -j ACCEPT
    changed=yes
}
allow '-p udp .*--dport 5404:5405' -p udp -m udp --dport 5404:5405
allow '-p tcp .*--dport 80' -p tcp -m tcp --dport 80
allow '-p igmp' -p igmp
[ -z "$changed" ] || service iptables save
