#!/bin/sh
# Library: the lab's own chains of iptables(8), one for each direction. iptables 1.4.7 has no --check.
: "${chain_in:?}"
: "${chain_out:?}"

own_chains_exist() {
    iptables -nL "$chain_in" >/dev/null 2>&1 || iptables -nL "$chain_out" >/dev/null 2>&1
}

# remove_chain HOOK CHAIN
remove_chain() {
    iptables -D "$1" -j "$2" 2>/dev/null
    iptables -F "$2" 2>/dev/null
    iptables -X "$2" 2>/dev/null
}

remove_own_chains() {
    remove_chain INPUT "$chain_in"
    remove_chain OUTPUT "$chain_out"
    ! own_chains_exist
}
