"""`./lab check`, and the break-and-fix exercises: exercises, break, hint, grade, fix."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any

import typer
from rich.text import Text

from classroom import attempt
from classroom.attempt import Attempt
from classroom.checks import differs_only, judge
from classroom.exercises import EXERCISES, Exercise, for_platform, get
from classroom.snapshot import look
from classroom.texts import load, placeholders
from cli.console import Json, Output, print_json, table
from cli.context import Context, context_of
from cli.progress import ConsoleProgress
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from inventory.errors import ConfigError, MachineError, TimedOut
from inventory.session import LabSession
from status import health

COLOURS = {PASS: "green", FAIL: "red", UNKNOWN: "yellow"}
GRADED_WITHIN = 15.0
"""Seconds that the cluster may still need to react to the student's repair."""
out = Output(markup=False)


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    for name, command in {"break": break_, "hint": hint, "grade": grade, "fix": fix}.items():
        app.command(name)(command)
    app.command()(check)
    app.command()(exercises)


def check(
    ctx: typer.Context,
    as_json: Json = False,
) -> None:
    """Run every named check on the running lab. Exit 1 when one fails."""
    verdicts = _verdicts(context_of(ctx))
    if as_json:
        print_json([asdict(one) for one in verdicts])
    else:
        _show(verdicts)
    raise typer.Exit(1 if any(one.status == FAIL for one in verdicts) else 0)


def exercises(ctx: typer.Context) -> None:
    """List the exercises: broken configurations to find and repair. Without a lab: the exercises of all platforms."""
    context = context_of(ctx)
    try:
        possible = for_platform(context.machines.choice.platform_data)
    except MachineError:
        possible = EXERCISES
    listed = table("exercise", "what you see")
    for one in possible:
        listed.add_row(one.name, load("exercises.yaml")[one.name]["title"])
    out.print(listed)


def break_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The name of an exercise (see ./lab exercises).")] = "",
    at_random: Annotated[
        bool, typer.Option("--random", help="A random exercise; its name is not shown.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="The same seed chooses the same exercise.")] = None,
) -> None:
    """Break the healthy lab and show the symptom. Find the fault, repair it on the nodes, then run ./lab grade."""
    context = context_of(ctx)
    session, console = context.session, ConsoleProgress()
    if bool(name) == (at_random or seed is not None):
        raise ConfigError(
            "break takes the name of an exercise, or --random.", hint="./lab exercises lists them."
        )
    one = get(session, name) if name else random.Random(seed).choice(for_platform(session.platform))  # noqa: S311 -- a choice, no secret
    with context.exclusive():
        attempt.require_none(context.machines.state)
        if left := health.interrupted(session.journal.pending()):
            raise ConfigError(f"The lab is not healthy before the exercise: {left}", hint="./lab heal")
        before = attempt.not_passed(_verdicts(context))
        if before:
            raise ConfigError(
                f"The lab is not healthy before the exercise: {before[0].check}: {before[0].why}",
                hint="./lab check shows all of it; ./lab reset brings the lab to its end state.",
            )
        attempt.save(context.machines.state, Attempt(one.name))
        with console.busy("Breaking something"):
            attempt.break_lab(one, session)
    text = _texts(session, one)
    out.print(Text(text["title"], style="bold"))
    out.print(text["story"])
    out.print(
        "Look: ./lab ssh node1, ./lab status. Get a hint: ./lab hint. When repaired: ./lab grade. Give up: ./lab fix."
    )


def hint(ctx: typer.Context) -> None:
    """Show the next hint of the exercise under way. The first hints are general, the last one is specific."""
    context = context_of(ctx)
    current, one = _current(context)
    hints = _texts(context.session, one)["hints"]
    given = min(current.hints + 1, len(hints))
    attempt.save(context.machines.state, replace(current, hints=given))
    for number, text in enumerate(hints[:given], 1):
        out.print(f"{number} of {len(hints)}: {text}")
    if current.hints >= len(hints):
        out.print(
            "There is no further hint. ./lab check runs all checks; ./lab fix repairs the lab and explains."
        )


def grade(ctx: typer.Context) -> None:
    """Judge the repaired lab: solved, or the checks that do not pass yet. Exit 1 unless solved."""
    context = context_of(ctx)
    current, one = _current(context)
    with ConsoleProgress().busy("Judging the lab"):
        left = _not_passed_in_time(context)
    for verdict in left:
        out.print(Text.assemble((verdict.status, COLOURS[verdict.status]), f" {verdict.check}"))
        out.print(f"    look: {verdict.command}")
    if left:
        out.print(
            f"Not solved: {len(left)} checks do not pass. ./lab hint gives a hint; ./lab check shows what they found."
        )
        if differs_only(left):
            out.print(
                "The service works, but the configuration of the cluster must also be as lab.yaml says."
            )
        raise typer.Exit(1)
    attempt.save(context.machines.state, None)
    out.print(Text(f"Solved, with {current.hints} hints.", style="green"))
    out.print(_texts(context.session, one)["solution"])


def fix(ctx: typer.Context) -> None:
    """Repair what the exercise broke, and explain the solution."""
    context = context_of(ctx)
    _, one = _current(context)
    console = ConsoleProgress()
    with context.exclusive(), console.building() as progress:
        attempt.repair(one, context.session, progress)
        attempt.wait_until_passed(context.session, context.fetch)
        attempt.save(context.machines.state, None)
    out.print(Text(f"{one.name}: every check passes again.", style="green"))
    out.print(_texts(context.session, one)["solution"])


def _verdicts(context: Context) -> tuple[Verdict, ...]:
    return judge(context.session, look(context.session, context.fetch))


def _not_passed_in_time(context: Context) -> tuple[Verdict, ...]:
    """The verdicts that do not pass, after the cluster had time to settle."""
    try:
        attempt.wait_until_passed(context.session, context.fetch, GRADED_WITHIN)
    except TimedOut:
        return attempt.not_passed(_verdicts(context))
    return ()


def _current(context: Context) -> tuple[Attempt, Exercise]:
    current = attempt.load(context.machines.state)
    return current, get(context.session, current.name)


def _texts(session: LabSession, exercise: Exercise) -> Mapping[str, Any]:
    known = placeholders(session)
    text = load("exercises.yaml")[exercise.name]
    return {
        name: [line.format_map(known) for line in value]
        if isinstance(value, list)
        else value.format_map(known)
        for name, value in text.items()
    }


def _show(verdicts: tuple[Verdict, ...]) -> None:
    for one in verdicts:
        out.print(Text.assemble((f"{one.status:7}", COLOURS[one.status]), f" {one.check}: {one.why}"))
        if one.status == PASS:
            continue
        for line in one.evidence:
            out.print(f"          {line}")
        out.print(f"        concept: {one.concept}")
        out.print(f"        look:    {one.command}")
    counts = {status: sum(one.status == status for one in verdicts) for status in COLOURS}
    out.print(", ".join(f"{count} {status}" for status, count in counts.items() if count))
