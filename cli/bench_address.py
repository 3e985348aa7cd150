"""`./lab bench address`: how exactly the watch of a drill knows when a node gets or loses the address.

The VIP is added to a node that does not serve, and removed again. A witness on the lab's network asks for it by ARP 200
times a second, on the same clock and without the nodes' help.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import typer

from cli import bench
from cli.context import Context, context_of
from drill.observe.arp_witness import ArpWitness
from drill.observe.node_watch import Watch
from drill.record.timeline import ArpReading, NodeReading
from inventory import journal
from inventory.errors import LabError
from inventory.host import routes
from inventory.model import NodeAction

WITNESS_HZ = 200
PAUSE_S = (0.25, 0.45)
"""The time between two changes of the address (seconds): random, so that it never has the period of a question."""
WARM_S = 3.0
"""The time from the beginning of the observation to the first change (seconds)."""
KNOWN_S = 0.02
ADD = "ip addr add {vip}/32 dev {interface} && arping -q -c 1 -U -I {interface} {vip} || true"
REMOVE = "ip addr del {vip}/32 dev {interface} 2>/dev/null || true"
ANNOUNCE = "arping -q -c 2 -U -I {interface} {vip} || true"


def register(_: typer.Typer) -> None:
    """Add the benchmark to `./lab bench`."""
    bench.GROUP.command("address")(address)


@dataclass(frozen=True)
class Change:
    """A change of the address: `held` is the state after it. It happened between `since` and `until` (seconds)."""

    held: bool
    since: float
    until: float


def changes(readings: Sequence[tuple[float, float, bool]]) -> list[Change]:
    """The changes in rows of (asked, at, held), in time order."""
    return [Change(b[2], a[0], b[1]) for a, b in pairwise(readings) if a[2] != b[2]]


def matched(known: Sequence[Change], seen: Sequence[Change], within: float) -> list[tuple[Change, Change]]:
    """Each change that the witness saw, with the watch's nearest one of the same kind, if it is near (seconds)."""
    found = []
    for one in seen:
        near = [other for other in known if other.held == one.held and abs(other.until - one.until) <= within]
        if near:
            found.append((min(near, key=lambda other: abs(other.until - one.until)), one))
    return found


def address(
    ctx: typer.Context,
    count: Annotated[int, typer.Option("--changes", min=2, max=1000, help="How many changes.")] = 200,
    seed: Annotated[int, typer.Option(help="The seed of the times between them.")] = 1,
) -> None:
    """Measure how exactly the watch knows when a node gets or loses the address; a witness asks by ARP.

    Prints one JSON object on stdout. The address is added to a node that does not serve: the service may be
    disturbed meanwhile, and goes on at the end.
    """
    context = context_of(ctx)
    load = os.getloadavg()
    with context.exclusive(), journal.exclusive(context.home):
        readings, arp, node = _changed(context, count, random.Random(seed))  # noqa: S311 -- no secret
    known = changes([(one.asked, one.at, one.owns_vip) for one in readings if one.seen])
    answers = sorted((one for one in arp if not one.announced), key=lambda one: one.asked)
    seen = changes([(one.asked, one.at, node in one.holders) for one in answers])
    pairs = matched(known, seen, PAUSE_S[0] / 2)
    # The largest distance from the watch's moment to any moment at which the witness says the change can have been.
    errors = [max(abs(a.until - b.since), abs(a.until - b.until)) for a, b in pairs]
    result = {
        "benchmark": "address",
        "load": load,
        "node": node,
        "changes": count,
        "witnessed": len(seen),
        "known": len(pairs),
        "within_20_ms": sum(one <= KNOWN_S for one in errors),
        "share": round(sum(one <= KNOWN_S for one in errors) / count, 4),
        "consistent": sum(a.since <= b.until and b.since <= a.until for a, b in pairs),
        "error_ms": _quantiles(errors),
        "interval_ms": _quantiles([a.until - a.since for a, _ in pairs]),
        "witness_interval_ms": _quantiles([b.until - b.since for _, b in pairs]),
        "rows": [
            {
                "held": a.held,
                "watch": [round(a.since, 4), round(a.until, 4)],
                "arp": [round(b.since, 4), round(b.until, 4)],
            }
            for a, b in pairs
        ],
        "announced": [round(one.at, 4) for one in arp if one.announced and node in one.holders],
    }
    sys.stdout.write(json.dumps(result) + "\n")


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    shares = {"median": 0.5, "p95": 0.95, "most": 1.0}
    return {
        name: round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)
        for name, share in shares.items()
        if ordered
    }


def _changed(
    context: Context, count: int, chance: random.Random
) -> tuple[list[NodeReading], list[ArpReading], str]:
    """Add and remove the address `count` times in all; the readings of that node, those of ARP, and its name."""
    session, lab = context.session, context.lab
    began, readings, arp = time.monotonic(), list[NodeReading](), list[ArpReading]()

    def since() -> float:
        return time.monotonic() - began

    context.guard()
    network = ArpWitness(lab, lambda: routes.interface_for(lab.vip), since, arp.append, hz=WITNESS_HZ)
    with Watch.over_ssh(lab, session.platform, context.remote, since, readings.append), network:
        if network.missing:
            raise LabError(f"the witness cannot work here: {network.missing}", hint="run it as root on Linux")
        time.sleep(WARM_S)
        owners = {one.node for one in readings if one.owns_vip}
        spare = next((one for one in lab.nodes if one.name not in owners), None)
        if spare is None or len(owners) != 1:
            raise LabError("one node must hold the address, and another must not", hint="./lab status")
        owner = next(one for one in lab.nodes if one.name in owners)
        run = _runner(context)
        words = {"vip": str(lab.vip), "interface": _interface(context, spare.name, str(spare.address))}
        undo = NodeAction(
            spare.name, REMOVE.format(**words), why="remove the address again", purpose="bench-address"
        )
        entry = session.journal.begin("bench address", undo=(undo,))
        try:
            for number in range(count):
                script = (REMOVE if number % 2 else ADD).format(**words)
                run(NodeAction(spare.name, script, purpose="bench-address"))
                time.sleep(chance.uniform(*PAUSE_S))
        finally:
            run(undo)
            words["interface"] = _interface(context, owner.name, str(owner.address))
            script, why = ANNOUNCE.format(**words), "the owner announces its address"
            run(NodeAction(owner.name, script, why=why, purpose="bench-address"))
            session.journal.mark_undone(entry)
        time.sleep(1.0)
    return [one for one in readings if one.node == spare.name], arp, spare.name


def _runner(context: Context) -> Callable[[NodeAction], str]:
    def run(action: NodeAction) -> str:
        return context.remote.run(action.command).out

    return run


def _interface(context: Context, node: str, address: str) -> str:
    """The name of a node's interface with an address of its own."""
    out = _runner(context)(NodeAction(node, f"ip -o -4 addr show to {address}", purpose="read-interface"))
    words = out.split()
    if len(words) < 2:
        raise LabError(f"{node} has no interface with {address}", hint="./lab status")
    return words[1]
