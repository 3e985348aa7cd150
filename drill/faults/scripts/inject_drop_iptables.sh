#!/bin/sh
# Drop `percent` of the cluster's packets from or to the peer, in the lab's own chains (iptables(8)).
# corosync 1.4 sends to a multicast address.
: "${chain_in:?}"
: "${chain_out:?}"
: "${directions:?}"
: "${peer:?}"
: "${multicast?}"
: "${port:?}"
: "${percent:?}"
. ./iptables_chains.sh

# add_chain HOOK CHAIN MATCH...: add a chain, called from a hook, that drops the packets of each match.
add_chain() {
    hook=$1 own=$2
    shift 2
    iptables -N "$own"
    for match in "$@"; do
        # shellcheck disable=SC2086  # a match and a chance are several words
        iptables -A "$own" $match -p udp --dport "$port" $chance -j DROP
    done
    iptables -I "$hook" -j "$own"
}

chance=
[ "$percent" -eq 100 ] || chance="-m statistic --mode random --probability $(printf '0.%02d' "$percent")"
! own_chains_exist || remove_own_chains
set -e
for direction in $directions; do
    case $direction in
        in) add_chain INPUT "$chain_in" "-s $peer" ;;
        out) add_chain OUTPUT "$chain_out" "-d $peer" ${multicast:+"-d $multicast"} ;;
    esac
done
