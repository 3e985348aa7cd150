#!/bin/sh
# Library: the lab's own chains of iptables(8), one for each direction, and one more for outgoing multicast packets in
# the table mangle. iptables 1.4.7 has no --check.
: "${chain_in:?}"
: "${chain_out:?}"

own_chains_exist() {
    iptables -nL "$chain_in" >/dev/null 2>&1 || iptables -nL "$chain_out" >/dev/null 2>&1 ||
        iptables -t mangle -nL "$chain_out" >/dev/null 2>&1
}

# remove_chain TABLE HOOK CHAIN
remove_chain() {
    iptables -t "$1" -D "$2" -j "$3" 2>/dev/null
    iptables -t "$1" -F "$3" 2>/dev/null
    iptables -t "$1" -X "$3" 2>/dev/null
}

remove_own_chains() {
    remove_chain filter INPUT "$chain_in"
    remove_chain filter OUTPUT "$chain_out"
    remove_chain mangle OUTPUT "$chain_out"
    ! own_chains_exist
}
