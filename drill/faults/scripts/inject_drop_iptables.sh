#!/bin/sh
# Drop `percent` of the cluster's packets from or to the peers, in the lab's own chains (iptables(8)).
#
# corosync 1.4 sends to a multicast address, and must receive its own packets: without them it stays in its old
# membership. Outgoing multicast packets get TTL 0 instead: they do not leave the node (ip(7), IP_MULTICAST_TTL).
: "${chain_in:?}"
: "${chain_out:?}"
: "${directions:?}"
: "${peers:?}"
: "${multicast?}"
: "${port:?}"
: "${percent:?}"
. ./iptables_chains.sh

# add_chain TABLE HOOK CHAIN OPTION ADDRESSES TARGET...: add a chain, called from a hook, that sends each packet from
# (-s) or to (-d) one of the addresses to the target.
add_chain() {
    table=$1 hook=$2 own=$3 option=$4 addresses=$5
    shift 5
    iptables -t "$table" -N "$own"
    for address in $addresses; do
        # shellcheck disable=SC2086  # a chance is several words
        iptables -t "$table" -A "$own" "$option" "$address" -p udp --dport "$port" $chance -j "$@"
    done
    iptables -t "$table" -I "$hook" -j "$own"
}

chance=
[ "$percent" -eq 100 ] || chance="-m statistic --mode random --probability $(printf '0.%02d' "$percent")"
! own_chains_exist || remove_own_chains
set -e
for direction in $directions; do
    case $direction in
        in) add_chain filter INPUT "$chain_in" -s "$peers" DROP ;;
        out)
            add_chain filter OUTPUT "$chain_out" -d "$peers" DROP
            [ -z "$multicast" ] || add_chain mangle OUTPUT "$chain_out" -d "$multicast" TTL --ttl-set 0
            ;;
    esac
done
