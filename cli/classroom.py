"""`./lab check`: every named check of the running lab, or those of one step, also after a reboot of the nodes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from classroom import after_boot, attempts
from classroom.check import Check
from classroom.checks import for_lab, judge, of_step
from classroom.snapshot import look
from cli.building import booted
from cli.console import Json, Output, print_json
from cli.context import Context, context_of
from cli.progress import ConsoleProgress
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from inventory.bmc import service
from inventory.errors import ConfigError

COLOURS = {PASS: "green", FAIL: "red", UNKNOWN: "yellow"}
out = Output(markup=False, prose=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    app.command()(check)


def check(
    ctx: typer.Context,
    step: Annotated[
        str, typer.Argument(help="A step of the walkthrough, by number or id: what is there already.")
    ] = "",
    *,
    after_reboot: Annotated[
        bool, typer.Option("--after-reboot", help="Boot all nodes again, start the cluster, then look.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run every named check on the running lab, or those of one step. Exit 1 when one fails.

    Any way that works is right: what the cluster does counts.
    """
    context = context_of(ctx)
    checks = of_step(step, context.lab) if step else for_lab(context.lab)
    if after_reboot:
        with context.exclusive():
            verdicts = _after_reboot(context, checks)
    else:
        verdicts = judge(context.session, look(context.session, context.fetch), checks)
    if as_json:
        print_json([asdict(one) for one in verdicts])
    else:
        _show(verdicts)
        if step:
            _points(step, verdicts)
    raise typer.Exit(1 if any(one.status == FAIL for one in verdicts) else 0)


def _after_reboot(context: Context, checks: tuple[Check, ...]) -> tuple[Verdict, ...]:
    """Boot the nodes again, look at what the init system started, start the cluster, and judge."""
    console = ConsoleProgress()
    if attempts.under_way(context.home) is not None:
        raise ConfigError(
            "An exercise is under way: a reboot may repair what it broke.",
            hint="./lab grade when you have repaired it; ./lab fix to give up.",
        )
    with console.busy("Shutting the nodes down"):
        service.halt(context.home, context.clock)
        context.machines.halt()
    with booted(context, console) as whole:
        context.ready_bmcs(console.say)
        whole()
    session = context.session
    with console.busy("Starting the cluster on all nodes"):
        by_itself = after_boot.started_by_itself(session)
        after_boot.start_cluster(session)
    with console.busy("Looking until the cluster has settled"):
        return (by_itself, *after_boot.settled(session, context.fetch, checks))


def _show(verdicts: tuple[Verdict, ...]) -> None:
    for one in verdicts:
        out.print(Text.assemble((f"{one.status:7}", COLOURS[one.status]), f" {one.check}: {one.why}"))
        if one.status == PASS:
            continue
        for line in one.evidence:
            out.print(f"          {line}")
        out.print(f"        concept: {one.concept}")
        out.print(f"        look:    {one.command}", soft_wrap=True)
    counts = {status: sum(one.status == status for one in verdicts) for status in COLOURS}
    out.print(", ".join(f"{count} {status}" for status, count in counts.items() if count))


def _points(step: str, verdicts: tuple[Verdict, ...]) -> None:
    """One point for each check that passes: how much of the step is there."""
    there = sum(one.status == PASS for one in verdicts)
    out.print(f"Step {step}: {there} of {len(verdicts)} points.")
