"""The cluster's commands: status, plan, provision, reset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from classroom import attempts, exercise_run
from classroom.attempt import now
from cli import render
from cli.building import build, when_all_up
from cli.console import Json, Output, print_json
from cli.context import context_of
from cli.overview import look
from cli.progress import ConsoleProgress
from inventory.errors import ConfigError
from inventory.printable import one_line
from provision import reset as resetting
from provision.facts import gather
from provision.plan import plan as planned
from provision.steps.registry import find

out = Output()


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    for command in (status, plan, provision, reset):
        app.command()(command)


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Show nodes, DC, quorum, where each resource runs, scores, and the VIP's answer. Exit 1 unless healthy."""
    seen = look(context_of(ctx))
    if as_json:
        print_json(seen.json())
    else:
        out.print(render.overview(seen))
    raise typer.Exit(1 if seen.troubles else 0)


def plan(ctx: typer.Context, as_json: Json = False) -> None:
    """Show what `provision` would do now. Changes nothing."""
    context = context_of(ctx)
    _require_no_exam(context.home)
    found = planned(context.session, gather(context.session))
    if as_json:
        print_json(render.plan_data(found))
    else:
        out.print(render.plan(found))


def _require_no_exam(home: Path) -> None:
    """Record that the plan was shown: during an exercise it is the solution. Raises ConfigError during an exam."""
    current = attempts.under_way(home)
    if current is None or not current.open:
        return
    if current.mode == "exam":
        raise ConfigError(
            "An exam is under way: the plan would be its solution.",
            hint="./lab grade when you have repaired the lab.",
        )
    if not current.plan:
        attempts.record(home, plan=now())


def provision(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", help="Stop after this step: its number or id.")] = "",
    all_up: Annotated[bool, typer.Option("--when-all-up", hidden=True)] = False,
) -> None:
    """Make the running nodes as lab.yaml says. Only the commands that are still needed are run."""
    context, console = context_of(ctx), ConsoleProgress()
    last = find(to) if to else None
    if all_up and not when_all_up(context, console):
        return
    with context.exclusive():
        build(context, console, last)


def reset(
    ctx: typer.Context,
    step: Annotated[str, typer.Argument(help="A step's number or id; without it, the end state.")] = "",
) -> None:
    """Bring the cluster back to the state after a step, without rebuilding the machines. Exit 1 unless healthy then."""
    context, console = context_of(ctx), ConsoleProgress()
    last = find(step) if step else None
    context.require_known_properties()
    with context.exclusive(), console.building() as progress:
        context.ready_bmcs(console.say)
        exercise_run.end(context.home, context.session, console.say)
        count = resetting.run(context.session, last, progress)
    console.say(f"{count} commands." if count else "Nothing to do.")
    if last is None:
        found = look(context).found
        for trouble in found:
            if trouble.id != "drill-interrupted":  # already printed above
                console.say(f"trouble: {one_line(str(trouble))}")
        raise typer.Exit(1 if found else 0)
