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
from classroom.exercises import EXERCISES, Exercise, get, on
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
"""Seconds that a cluster may still be at work on what the student has just put right."""
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
    """Judge the running lab by every named check. Exit 1 when one fails."""
    verdicts = _judged(context_of(ctx))
    if as_json:
        print_json([asdict(one) for one in verdicts])
    else:
        _show(verdicts)
    raise typer.Exit(1 if any(one.status == FAIL for one in verdicts) else 0)


def exercises(ctx: typer.Context) -> None:
    """List the exercises: broken configurations to find and to repair. Without a lab: those of every platform."""
    context = context_of(ctx)
    try:
        possible = on(context.machines.choice.platform_data)
    except MachineError:
        possible = EXERCISES
    listed = table("exercise", "what one sees")
    for one in possible:
        listed.add_row(one.name, load("exercises.yaml")[one.name]["title"])
    out.print(listed)


def break_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="One of ./lab exercises.")] = "",
    at_random: Annotated[bool, typer.Option("--random", help="Any of them, unnamed.")] = False,
    seed: Annotated[int | None, typer.Option(help="The same seed breaks the same thing.")] = None,
) -> None:
    """Break the healthy lab and tell what one sees. Find it, mend it on the nodes, then ./lab grade."""
    context = context_of(ctx)
    session, tell = context.session, ConsoleProgress()
    if bool(name) == (at_random or seed is not None):
        raise ConfigError(
            "break takes the name of an exercise, or --random.", hint="./lab exercises lists them."
        )
    one = get(session, name) if name else random.Random(seed).choice(on(session.platform))  # noqa: S311 -- a choice, no secret
    with context.exclusive():
        attempt.none_under_way(context.machines.state)
        if left := health.interrupted(session.journal.pending()):
            raise ConfigError(f"The lab is not healthy before the exercise: {left}", hint="./lab heal")
        before = attempt.wrong(_judged(context))
        if before:
            raise ConfigError(
                f"The lab is not healthy before the exercise: {before[0].check}: {before[0].why}",
                hint="./lab check shows all of it; ./lab reset brings the lab to its end state.",
            )
        attempt.save(context.machines.state, Attempt(one.name))
        with tell.busy("Breaking something"):
            attempt.damage(one, session)
    text = _texts(session, one)
    out.print(Text(text["title"], style="bold"))
    out.print(text["story"])
    out.print(
        "Look: ./lab ssh node1, ./lab status. Stuck: ./lab hint. Done: ./lab grade. Give up: ./lab fix."
    )


def hint(ctx: typer.Context) -> None:
    """Give the next hint of the exercise under way, from far to near."""
    context = context_of(ctx)
    now, one = _under_way(context)
    hints = _texts(context.session, one)["hints"]
    given = min(now.hints + 1, len(hints))
    attempt.save(context.machines.state, replace(now, hints=given))
    for number, text in enumerate(hints[:given], 1):
        out.print(f"{number} of {len(hints)}: {text}")
    if now.hints >= len(hints):
        out.print("There is no further hint. ./lab check judges everything; ./lab fix mends and explains.")


def grade(ctx: typer.Context) -> None:
    """Judge the lab after the exercise: solved, or what is still not as it should be. Exit 1 unless solved."""
    context = context_of(ctx)
    now, one = _under_way(context)
    with ConsoleProgress().busy("Judging the lab"):
        left = _settled(context)
    for verdict in left:
        out.print(Text.assemble((verdict.status, COLOURS[verdict.status]), f" {verdict.check}"))
        out.print(f"    look: {verdict.command}")
    if left:
        out.print(
            f"Not solved: {len(left)} of the checks do not pass. ./lab hint; ./lab check says what they saw."
        )
        if differs_only(left):
            out.print(
                "The service works, but the cluster is not configured as lab.yaml says, and that is judged."
            )
        raise typer.Exit(1)
    attempt.save(context.machines.state, None)
    out.print(Text(f"Solved, with {now.hints} hints.", style="green"))
    out.print(_texts(context.session, one)["solution"])


def fix(ctx: typer.Context) -> None:
    """Mend what the exercise broke, and explain it."""
    context = context_of(ctx)
    _, one = _under_way(context)
    tell = ConsoleProgress()
    with context.exclusive(), tell.building() as progress:
        attempt.mend(one, context.session, progress)
        attempt.healed(context.session, context.fetch)
        attempt.save(context.machines.state, None)
    out.print(Text(f"{one.name}: every check passes again.", style="green"))
    out.print(_texts(context.session, one)["solution"])


def _judged(context: Context) -> tuple[Verdict, ...]:
    return judge(context.session, look(context.session, context.fetch))


def _settled(context: Context) -> tuple[Verdict, ...]:
    """What does not pass, once the cluster had a moment to settle."""
    try:
        attempt.healed(context.session, context.fetch, GRADED_WITHIN)
    except TimedOut:
        return attempt.wrong(_judged(context))
    return ()


def _under_way(context: Context) -> tuple[Attempt, Exercise]:
    now = attempt.load(context.machines.state)
    return now, get(context.session, now.name)


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
