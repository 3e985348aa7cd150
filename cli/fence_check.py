"""`./lab fence-check`: whether each fence device answers on each node; with --fence, whether it really fences."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from cli.console import Json, Output, print_json, table
from cli.context import context_of
from cli.current_exercise import no_exercise
from cli.overview import look
from cli.progress import ConsoleProgress
from drill.execute import fence_check as fencing
from inventory import journal
from inventory.bmc.access import bmcs
from inventory.errors import ConfigError, LabError
from status import fence_status

out = Output()


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(fence_check)


def fence_check(
    ctx: typer.Context,
    *,
    fence: Annotated[
        bool, typer.Option("--fence", help="Also fence each node, one after the other, and heal the lab.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check on each node that each fence device can read the power of the node that it fences.

    Without --fence, no power is switched. Exit 1 when a device does not answer.
    """
    context, console = context_of(ctx), ConsoleProgress()
    if not bmcs(context.lab):
        raise ConfigError(
            "This lab has no fence device.", hint="Set `fencing: ipmi` in lab.yaml, then ./lab up."
        )
    found = fence_status.look(context.session)
    if as_json:
        print_json([{**asdict(one), "reader": one.reader.name} for one in found])
    else:
        listed = table("device", "asked from", "power of its node", "seconds")
        for one in found:
            listed.add_row(one.device, one.reader.name, one.why or one.power, f"{one.seconds:.1f}")
        out.print(listed)
    if any(one.power == "unknown" for one in found):
        raise typer.Exit(1)
    if not fence:
        return
    if troubles := look(context).troubles:
        raise LabError(
            f"The lab is not healthy, so no node is fenced: {troubles[0]}", hint="./lab heal, or ./lab up"
        )
    with context.exclusive(), journal.exclusive(context.home):
        no_exercise(context, console.say)
        for node in context.lab.nodes:
            with console.busy(f"Fencing {node.name}"):
                done = fencing.fence(context.session, node, console.say, context.fetch)
            words = f"{node.name} was fenced in {done.fenced_s:.1f} s; the lab was healthy after {done.healthy_s:.1f} s"
            out.print(escape(words))
