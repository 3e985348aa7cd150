"""Faults of the cluster's traffic: udp 5405 between the two nodes, and nothing else. ssh stays.

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
LOSS = 30
"""Packets that the fault `loss` drops in each direction (percent)."""
LONGEST_S = 300
"""The longest time that the fault `delay` holds corosync back (seconds)."""
SLOW_US = 3_000
"""The link's average answer must take longer than this (microseconds). 500 is usual; knet's average moves slowly."""
HELD_S, FREE_S = 0.4, 0.1
"""The times that corosync is held back and runs, in turn (seconds). Both are far below the token."""


def drop(scope: FaultScope, directions: tuple[Direction, ...], percent: int = 100) -> tuple[NodeAction, ...]:
    """Drop cluster packets at the target, on their way in, out, or both."""
    packets = scope.platform.packet_filter
    script = shell(
        f"inject_drop_{packets.name}",
        **packets.places(remedies.LABEL),
        directions=" ".join(directions),
        peer=scope.peer.address,
        multicast=MULTICAST if scope.platform.uses_multicast else "",
        port=PORT,
        percent=percent,
    )
    why = f"drop {percent} % of the cluster's packets: {' and '.join(directions)}"
    return (NodeAction(scope.target.name, script, why=why),)


def packets_were_dropped(scope: FaultScope, directions: tuple[Direction, ...]) -> tuple[Proof, ...]:
    """The rules are there and have dropped something."""
    packets = scope.platform.packet_filter
    return tuple(
        Proof(
            scope.target.name,
            shell(f"prove_dropped_{packets.name}", **packets.places(remedies.LABEL), direction=one),
            what=f"cluster packets were dropped on their way {one}",
        )
        for one in directions
    )


def hold_corosync(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Hold corosync back again and again: each message waits. Needs no kernel module, as netem would."""
    loop = shell(
        "hold_corosync_loop",
        rounds=int(LONGEST_S / (HELD_S + FREE_S)),
        held_seconds=HELD_S,
        free_seconds=FREE_S,
    )
    why = f"hold corosync back for {HELD_S:g} s of every {HELD_S + FREE_S:g} s"
    start = background.start_once(remedies.DELAY, loop, LONGEST_S + 60)
    return (NodeAction(scope.target.name, start, why=why),)


def corosync_is_held(scope: FaultScope) -> tuple[Proof, ...]:
    """The loop runs and corosync is seen stopped; from corosync 3 on, the peer measures the delay."""
    held = shell("prove_corosync_is_held", folder=FOLDER, name=remedies.DELAY)
    proofs = (Proof(scope.target.name, held, what="corosync is held back"),)
    if not scope.platform.measures_links:
        return proofs
    slow = shell("prove_link_is_slow", node_id=scope.target.id, least_us=SLOW_US)
    what = f"the peer waits more than {SLOW_US // 1000} ms for an answer"
    return (*proofs, Proof(scope.peer.name, slow, what=what))


FAULTS = (
    Fault(
        "partition",
        "The cluster's traffic is cut both ways: each node believes the other dead",
        "partition",
        inject=lambda scope: drop(scope, BOTH),
        in_effect=lambda scope: packets_were_dropped(scope, BOTH),
        remedies=(remedies.traffic, remedies.cluster),
    ),
    Fault(
        "partition-in",
        "The cluster's traffic is cut one way: the node hears nothing, and is heard",
        "partition",
        inject=lambda scope: drop(scope, ("in",)),
        in_effect=lambda scope: packets_were_dropped(scope, ("in",)),
        remedies=(remedies.traffic, remedies.cluster),
    ),
    Fault(
        "loss",
        f"{LOSS} % of the cluster's packets are lost, each way",
        "partition",
        inject=lambda scope: drop(scope, BOTH, LOSS),
        in_effect=lambda scope: packets_were_dropped(scope, BOTH),
        remedies=(remedies.traffic, remedies.cluster),
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
