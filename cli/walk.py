"""`./lab walk`: the walkthrough as a guided tour. Shows each step's reason, its commands, and what to see after it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from classroom import exercise_run
from cli.console import Output
from cli.context import Context, context_of
from cli.progress import ConsoleProgress
from inventory.errors import ConfigError
from inventory.model import Command
from inventory.session import LabSession
from provision import apply, texts
from provision.apply import Progress
from provision.steps.base import Step
from provision.steps.registry import find, for_lab

out = Output(markup=False, prose=True)


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(walk)


def walk(
    ctx: typer.Context,
    first: Annotated[str, typer.Option("--from", help="The first step, by number or id.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last step, by number or id.")] = "",
) -> None:
    """Guide through the steps: reason, commands (if still needed), what to see. After `reset 3`, all are shown."""
    context = context_of(ctx)
    console = ConsoleProgress()
    steps = for_lab(context.lab)
    begin = steps.index(_of_lab(find(first), steps)) if first else 0
    end = steps.index(_of_lab(find(last), steps)) if last else len(steps) - 1
    context.require_known_properties()
    with context.exclusive():
        exercise_run.end(context.home, context.session, console.say)
    for step in steps[begin : end + 1]:
        with context.exclusive():  # not while a reader thinks at [Enter]
            _show_step(context, context.session, step)
        if step is not steps[end] and sys.stdin.isatty() and sys.stdout.isatty():
            input("[Enter] ")
    console.say(
        "The walkthrough is complete. ./lab drill breaks the cluster; ./lab break hides a fault for you to find."
    )


def _of_lab(step: Step, steps: Sequence[Step]) -> Step:
    if step not in steps:
        raise ConfigError(
            f"Step {step.number} ({step.id}) has nothing to do in this lab.",
            hint="This step is for resources that lab.yaml does not have.",
        )
    return step


def _show_step(context: Context, session: LabSession, step: Step) -> None:
    text = texts.text(step, session)
    out.print(Text(f"\n{step.number}  {text.title}", style="bold"))
    out.print(Text(text.why))
    progress = Progress(
        command=lambda _, command: _print_command(command),
        observed=lambda _, seen: out.print(f"  before: {seen}"),
    )
    if not apply.run(session, (step,), progress):
        out.print(Text("  (already done)", style="dim"))
        if step is not for_lab(session.lab)[-1]:
            out.print(
                Text(
                    "  Later steps may have changed what you see here; ./lab reset 3 begins again at step 3.",
                    style="dim",
                )
            )
    for command in text.look:
        _print_command(command)
        result = context.remote.run(command)
        for line in (result.out + result.err).rstrip().splitlines():
            out.print(f"  | {line}", soft_wrap=True)
    out.print(Text(f"To see: {text.observe}", style="italic"))


def _print_command(command: Command) -> None:
    lines = command.line.splitlines()
    more = " …" if len(lines) > 1 else ""
    out.print(Text(f"  [root@{command.node.split('.')[0]}]# {lines[0]}{more}", style="cyan"), soft_wrap=True)
