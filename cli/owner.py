"""The consent of an adopted cluster's owner, and what a drill is about to do there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from cli.context import Context
from cli.progress import ConsoleProgress
from drill.faults import registry as faults
from drill.faults.repair import TIMER_S
from drill.scenarios import catalog
from drill.scenarios.base import Configure, Inject, Scenario
from drill.scenarios.overrides import Overrides
from inventory.providers.adopted_machines import FLAG, AdoptedMachines

Owner = Annotated[
    bool,
    typer.Option(FLAG, help="You own this adopted cluster, and drills may break it; needed once."),
]


def agree(context: Context, chosen: Sequence[Scenario], console: ConsoleProgress, *, owner: bool) -> None:
    """Say what the scenarios will do to an adopted cluster. Raises ConfigError until its owner has agreed.

    On the lab's own nodes nothing is said and nobody is asked.
    """
    machines = context.machines
    if not isinstance(machines, AdoptedMachines):
        return
    for line in plan(context, chosen):
        console.say(line)
    if owner:
        machines.consent()
    machines.require_consent()


def plan(context: Context, chosen: Sequence[Scenario]) -> Iterator[str]:
    """What the scenarios will do, one line each, and how it is put back."""
    names = ", ".join(node.name for node in context.lab.nodes)
    yield f"On the cluster of {names}, this drill will do:"
    titles = catalog.explanations(context.session.platform)
    for one in chosen:
        yield f"  {one.name}: {titles[one.name].title if one.name in titles else 'a scenario of your own'}"
        states = [one.overrides, *(move.overrides for move in one.moves if isinstance(move, Configure))]
        for state in states:
            if state != Overrides():
                yield f"    temporary change of the CIB: {state.summary}"
        for move in one.moves:
            if isinstance(move, Inject):
                fault = faults.get(move.fault)
                alone = "" if fault.armed else " (no timer: the node comes back by itself)"
                yield f"    on the node that is {move.target}: {fault.title}{alone}"
    limit = context.lab.patient(TIMER_S)
    yield (
        "Each of these is undone at the end of its scenario, and the CIB is restored. Before a fault is injected, a "
        f"timer on its node is armed, which undoes the fault after {limit:g} s if this machine cannot."
    )
