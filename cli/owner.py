"""The consent of an adopted cluster's owner, and what a drill is about to do there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

import typer

from cli.context import Context
from cli.progress import ConsoleProgress
from drill.faults import registry as faults
from drill.faults.repair import TIMER_S
from drill.scenarios import catalog
from drill.scenarios.base import Inject, Scenario, single_moves
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
    announce(context, chosen, console.say, owner=owner)
    if isinstance(context.machines, AdoptedMachines):
        context.machines.require_consent()


def announce(
    context: Context, chosen: Sequence[Scenario], say: Callable[[str], None], *, owner: bool
) -> None:
    """Say what the scenarios will do to an adopted cluster, and note its owner's consent; no effect on other labs."""
    machines = context.machines
    if isinstance(machines, AdoptedMachines):
        for line in plan(context, chosen):
            say(line)
        if owner:
            machines.consent()


def plan(context: Context, chosen: Sequence[Scenario]) -> Iterator[str]:
    """What the scenarios will do, one line each, and how it is put back."""
    names = ", ".join(node.name for node in context.lab.nodes)
    yield f"On the cluster of {names}, this drill will do:"
    titles = catalog.explanations(context.session.platform)
    for one in chosen:
        yield f"  {one.name}: {titles[one.name].title if one.name in titles else 'a scenario of your own'}"
        for state in one.states:
            if state != Overrides():
                yield f"    temporary change of the CIB: {state.summary}"
        for move in single_moves(one.moves, len(context.lab.nodes)):
            if isinstance(move, Inject):
                fault = faults.get(move.fault)
                alone = "" if fault.armed else " (no timer: the node comes back by itself)"
                yield f"    on the node that is {move.target}: {fault.title}{alone}"
    limit = context.lab.patient(TIMER_S)
    yield (
        "Each of these is undone at the end of its scenario, and the CIB is restored. Before a fault is injected, a "
        f"timer on its node is armed, which undoes the fault after {limit:g} s if this machine cannot."
    )
