"""`./lab measure`: the control run. It measures this lab's own stop, start and decision times for the predictions."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from cli.console import Output
from cli.context import context_of
from cli.current_exercise import no_exercise
from cli.drill import run_scenarios
from cli.owner import Owner, agree
from cli.progress import ConsoleProgress
from cluster.outage_interval import FEWEST, MEASURED
from drill.execute.availability import unavailable
from drill.execute.measured_times import MeasuredTimes
from drill.scenarios import catalog
from inventory.errors import LabError

out = Output()
CONTROL = (("standby",), ("freeze", "power-off", "corosync-kill"), ("web-kill",), ("vip-removed",))
"""The scenarios of the control run: for each course of an outage the first one that the lab can run."""


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(measure)


def measure(
    ctx: typer.Context,
    *,
    repeat: Annotated[
        int, typer.Option(min=FEWEST, max=100, help="How many times each scenario runs.")
    ] = FEWEST,
    again: Annotated[bool, typer.Option("--again", help="Forget what was measured before.")] = False,
    owner: Owner = False,
) -> None:
    """Measure stop, start and decision times, so that predictions become narrow (takes one to three minutes)."""
    context = context_of(ctx)
    console = ConsoleProgress()
    chosen = [
        next((one for one in map(catalog.get, names) if not unavailable(one, context.session)), None)
        for names in CONTROL
    ]
    agree(context, [one for one in chosen if one], console, owner=owner)
    with context.exclusive():
        no_exercise(context, console.say)
        times = MeasuredTimes.of(context.session)
        if again:
            times.forget()
        known = len(times.rows())
        run_scenarios(context, [one for one in chosen if one], repeat, context.lab.drill.seed, console)
    rows = times.rows()
    for course in MEASURED:
        here = [one for one in rows if one.course == course]
        out.print(escape(f"{course}: {len(here)} outages measured, {FEWEST} are needed"))
    if len(rows) == known:
        raise LabError(
            "no outage could be measured: a machine was late, or the nodes have no system journal (systemd)",
            hint="On a quiet machine: ./lab measure. Until then predictions are the limits of what is possible.",
        )
