"""Faults of the cluster's traffic: only udp 5405 between the nodes. ssh is never cut.

Sources: nft(8), iptables(8), corosync.conf(5) (mcastport), cpg and knet statistics of corosync-cmapctl(8).
"""

from __future__ import annotations

from typing import Literal

from cluster.corosync_conf import MULTICAST, PORT
from drill.faults import background, remedies
from drill.faults.background import FOLDER
from drill.faults.base import Fault, FaultScope, Proof, shell
from inventory.model import NodeAction

Direction = Literal["in", "out"]
BOTH: tuple[Direction, ...] = ("in", "out")
LOSS_PERCENT = 30
"""The share of packets that the fault `loss` drops in each direction (percent)."""
DELAY_LIMIT_S = 300
"""The longest time that the fault `delay` slows corosync (seconds)."""
SLOW_LINK_US = 3_000
"""The link's average latency must be above this (microseconds). 500 is usual; knet's average changes slowly."""
HELD_S, FREE_S = 0.4, 0.1
"""Corosync is stopped and runs for these times, in turn (seconds). Both are much shorter than the token timeout."""


def drop(scope: FaultScope, directions: tuple[Direction, ...], percent: int = 100) -> tuple[NodeAction, ...]:
    """Drop incoming, outgoing or all cluster packets at the target."""
    packets = scope.platform.packet_filter
    script = shell(
        f"inject_drop_{packets.name}",
        **packets.places(remedies.LABEL),
        directions=" ".join(directions),
        peers=" ".join(str(peer.address) for peer in scope.peers),
        multicast=MULTICAST if scope.platform.uses_multicast else "",
        port=PORT,
        percent=percent,
    )
    why = f"drop {percent} % of the cluster's packets: {' and '.join(directions)}"
    return (NodeAction(scope.target.name, script, why=why),)


def packets_were_dropped(scope: FaultScope, directions: tuple[Direction, ...]) -> tuple[Proof, ...]:
    """The rules exist and have dropped packets."""
    packets = scope.platform.packet_filter
    return tuple(
        Proof(
            scope.target.name,
            shell(f"prove_dropped_{packets.name}", **packets.places(remedies.LABEL), direction=direction),
            what=f"cluster packets were dropped on their way {direction}",
        )
        for direction in directions
    )


def hold_corosync(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Stop and continue corosync repeatedly, so that each message is late. netem would need a kernel module."""
    longest = scope.lab.patient(DELAY_LIMIT_S)
    loop = shell(
        "hold_corosync_loop",
        rounds=int(longest / (HELD_S + FREE_S)),
        held_seconds=HELD_S,
        free_seconds=FREE_S,
    )
    why = f"stop corosync for {HELD_S:g} s of every {HELD_S + FREE_S:g} s"
    start = background.start_once(remedies.DELAY, loop, longest + 60)
    return (NodeAction(scope.target.name, start, why=why),)


def corosync_is_held(scope: FaultScope) -> tuple[Proof, ...]:
    """The loop runs and corosync is in state T; with corosync 3, a peer also measures the delay."""
    held = shell("prove_corosync_is_held", folder=FOLDER, name=remedies.DELAY)
    proofs = (Proof(scope.target.name, held, what="corosync is stopped again and again"),)
    if not scope.platform.measures_links:
        return proofs
    slow = shell("prove_link_is_slow", node_id=scope.target.id, least_us=SLOW_LINK_US)
    what = f"the peer waits more than {SLOW_LINK_US // 1000} ms for an answer"
    return (*proofs, Proof(scope.peers[0].name, slow, what=what))


FAULTS = (
    Fault(
        "partition",
        "The cluster's traffic is cut in both directions: each node believes that the other is dead",
        "partition",
        inject=lambda scope: drop(scope, BOTH),
        in_effect=lambda scope: packets_were_dropped(scope, BOTH),
        remedies=(remedies.traffic, remedies.cluster),
        loses_node=True,
    ),
    Fault(
        "partition-in",
        "The cluster's traffic is cut in one direction: the node receives nothing, but can send",
        "partition",
        inject=lambda scope: drop(scope, ("in",)),
        in_effect=lambda scope: packets_were_dropped(scope, ("in",)),
        remedies=(remedies.traffic, remedies.cluster),
        loses_node=True,
    ),
    Fault(
        "loss",
        f"{LOSS_PERCENT} % of the cluster's packets are lost, in each direction",
        "partition",
        inject=lambda scope: drop(scope, BOTH, LOSS_PERCENT),
        in_effect=lambda scope: packets_were_dropped(scope, BOTH),
        remedies=(remedies.traffic, remedies.cluster),
        loses_node=True,
    ),
    Fault(
        "delay",
        f"The cluster's messages are late: the node handles them only every {HELD_S + FREE_S:g} s",
        "none",
        inject=hold_corosync,
        in_effect=corosync_is_held,
        remedies=(remedies.held_corosync, remedies.stopped_processes, remedies.cluster),
    ),
)
