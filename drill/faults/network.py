"""Faults of the cluster's traffic: udp 5405 between the two nodes, and nothing else. ssh stays.

Sources: nft(8), iptables(8), corosync.conf(5) (mcastport), cpg and knet statistics of corosync-cmapctl(8).
"""

from __future__ import annotations

from cluster.corosync_conf import MULTICAST, PORT
from drill.faults import background, remedies, repair
from drill.faults.base import Fault, FaultScope, Proof
from inventory.model import NodeAction

LOSS = 30
"""Of a hundred packets, in each direction."""
LONGEST_S = 300
LATE_US = 3_000
"""What the link's average answer must exceed, microseconds: 500 is usual, and knet lets it move slowly."""
HELD_S, LET_S = 0.4, 0.1
"""Seconds that corosync is held back and let run, in turn: far below the token."""


def cut(scope: FaultScope, chains: tuple[str, ...], percent: int = 100) -> tuple[NodeAction, ...]:
    """Drop cluster packets at the target, on their way in, out, or both."""
    rules = (
        _nft(scope, chains, percent)
        if scope.platform.packet_filter.name == "nft"
        else _iptables(scope, chains, percent)
    )
    return (
        NodeAction(
            scope.target.name, rules, why=f"drop {percent} % of the cluster's packets: {' and '.join(chains)}"
        ),
    )


def _nft(scope: FaultScope, chains: tuple[str, ...], percent: int) -> str:
    table = f"inet {remedies.TABLE}"
    often = "" if percent == 100 else f" numgen random mod 100 < {percent}"
    lines = [f"add table {table}", f"delete table {table}", f"add table {table}"]
    for chain in chains:
        hook, side = ("input", "saddr") if chain == "in" else ("output", "daddr")
        lines.append(f"add chain {table} {chain} {{ type filter hook {hook} priority -300; }}")
        lines.append(
            f"add rule {table} {chain} ip {side} {scope.peer.address} udp dport {PORT}{often} counter drop"
        )
    return "nft -f - <<'END'\n" + "\n".join(lines) + "\nEND"


def _iptables(scope: FaultScope, chains: tuple[str, ...], percent: int) -> str:
    often = "" if percent == 100 else f" -m statistic --mode random --probability {percent / 100:.2f}"
    lines = [repair.repair_script(scope, (remedies.traffic,)), "set -e"]
    for chain in chains:
        hook = "INPUT" if chain == "in" else "OUTPUT"
        own = remedies.CHAINS[hook]
        sides = (
            [f"-s {scope.peer.address}"] if chain == "in" else [f"-d {scope.peer.address}", f"-d {MULTICAST}"]
        )
        lines.append(f"iptables -N {own}")
        lines += [f"iptables -A {own} {side} -p udp --dport {PORT}{often} -j DROP" for side in sides]
        lines.append(f"iptables -I {hook} -j {own}")
    return "\n".join(lines)


def counted(scope: FaultScope, chains: tuple[str, ...]) -> tuple[Proof, ...]:
    """The rules are there and have dropped something."""
    proofs = []
    for chain in chains:
        if scope.platform.packet_filter.name == "nft":
            text = (
                f"nft list chain inet {remedies.TABLE} {chain} | grep -q 'packets [1-9].* drop' && echo yes"
            )
        else:
            own = remedies.CHAINS["INPUT" if chain == "in" else "OUTPUT"]
            text = f'iptables -nvxL {own} | awk \'$3 == "DROP" && $1 > 0 {{ print "yes"; exit }}\''
        proofs.append(
            Proof(scope.target.name, text, what=f"cluster packets were dropped on their way {chain}")
        )
    return tuple(proofs)


def hold_back(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Hold corosync back again and again: each message waits. Needs no kernel module, as netem would."""
    rounds = int(LONGEST_S / (HELD_S + LET_S))
    text = (
        f"n=0; while [ $n -lt {rounds} ]; do n=$((n+1)); pkill -STOP -x corosync; sleep {HELD_S};"
        f" pkill -CONT -x corosync; sleep {LET_S}; done"
    )
    hold = f"! {background.alive('delay')} || exit 0\n{background.launch('delay', text, LONGEST_S + 60)}"
    why = f"hold corosync back for {HELD_S:g} s of every {HELD_S + LET_S:g} s"
    return (NodeAction(scope.target.name, hold, why=why),)


def held_back(scope: FaultScope) -> tuple[Proof, ...]:
    """The loop runs and corosync is seen stopped; from corosync 3 on, the peer measures the delay."""
    loop = (
        f"{background.alive('delay')} || {{ echo the loop does not run; exit; }}\n"
        "case $(ps -o stat= -C corosync) in T*) echo yes ;; *) echo corosync runs just now ;; esac"
    )
    proofs = (Proof(scope.target.name, loop, what="corosync is held back"),)
    if not scope.platform.measures_links:
        return proofs
    key = f"stats.knet.node{scope.target.id}.link0.latency_ave"
    late = (
        f"us=$(corosync-cmapctl -m stats -g {key} | sed 's/.*= //')\n"
        f'[ "$us" -gt {LATE_US} ] && echo yes || echo the link answers in $us us'
    )
    return (
        *proofs,
        Proof(scope.peer.name, late, what=f"the peer waits more than {LATE_US // 1000} ms for an answer"),
    )


BOTH = ("in", "out")
FAULTS = (
    Fault(
        "partition",
        "The cluster's traffic is cut both ways: each node believes the other dead",
        "partition",
        inject=lambda scope: cut(scope, BOTH),
        in_effect=lambda scope: counted(scope, BOTH),
        remedies=(remedies.traffic, remedies.cluster),
    ),
    Fault(
        "partition-in",
        "The cluster's traffic is cut one way: the node hears nothing, and is heard",
        "partition",
        inject=lambda scope: cut(scope, ("in",)),
        in_effect=lambda scope: counted(scope, ("in",)),
        remedies=(remedies.traffic, remedies.cluster),
    ),
    Fault(
        "loss",
        f"{LOSS} % of the cluster's packets are lost, each way",
        "partition",
        inject=lambda scope: cut(scope, BOTH, LOSS),
        in_effect=lambda scope: counted(scope, BOTH),
        remedies=(remedies.traffic, remedies.cluster),
    ),
    Fault(
        "delay",
        f"The cluster's messages are late: the node handles them only every {HELD_S + LET_S:g} s",
        "none",
        inject=hold_back,
        in_effect=held_back,
        remedies=(remedies.delay, remedies.stopped, remedies.cluster),
    ),
)
