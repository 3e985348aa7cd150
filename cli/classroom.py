"""`./lab check`, and the break-and-fix exercises: exercises, break, hint, grade, fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.text import Text

from classroom import attempt, draws, exercise_run
from classroom.attempt import Attempt
from classroom.checks import judge
from classroom.exercises import EXERCISES, Exercise, for_lab, get
from classroom.grading import Grade, grade_in_time
from classroom.snapshot import look
from classroom.texts import load, placeholders
from cli.console import Json, Output, print_json, table
from cli.context import Context, context_of
from cli.progress import ConsoleProgress
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from inventory.errors import ConfigError, MachineError
from inventory.platforms.wording import adapted
from inventory.session import LabSession
from status import health

COLOURS = {PASS: "green", FAIL: "red", UNKNOWN: "yellow"}
GRADED_WITHIN = 15.0
"""Seconds that the cluster may still need to react to the student's repair."""
out = Output(markup=False, prose=True)


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
        possible = for_lab(context.machines.choice.platform_data, context.lab)
    except MachineError:
        possible = tuple(one for one in EXERCISES if not one.needs(context.lab))
    listed = table("exercise", "what you see")
    for one in possible:
        listed.add_row(one.name, load("exercises.yaml")[one.name]["title"])
    out.print(listed)


def break_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The name of an exercise (see ./lab exercises).")] = "",
    at_random: Annotated[
        bool,
        typer.Option(
            "--random", help="A random exercise, none twice before all came; its name is not shown."
        ),
    ] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed gives the same order.")] = None,
) -> None:
    """Break the healthy lab and show the symptom. Find the fault, repair it on the nodes, then run ./lab grade."""
    context = context_of(ctx)
    session, console, state = context.session, ConsoleProgress(), context.machines.state
    if bool(name) == (at_random or seed is not None):
        raise ConfigError(
            "break takes the name of an exercise, or --random.", hint="./lab exercises lists them."
        )
    if name:
        get(session, name)
    with context.exclusive():
        exercise_run.require_none(state, session.platform, lambda: session, console.say)
        if left := health.interrupted(session.journal.pending()):
            raise ConfigError(f"The lab is not healthy before the exercise: {left}", hint="./lab heal")
        before = exercise_run.not_passed(_verdicts(context))
        if before:
            raise ConfigError(
                f"The lab is not healthy before the exercise: {before[0].check}: {before[0].why}",
                hint="./lab check shows all of it; ./lab reset brings the lab to its end state.",
            )
        one = get(session, name or _draw(context, seed))
        with console.busy("Breaking something"):
            exercise_run.begin(one, session, state, context.fetch)
    text = _texts(session, one)
    out.print(Text(text["title"], style="bold"))
    out.print(text["story"])
    out.print(
        "Look: ./lab ssh node1, ./lab status. Get a hint: ./lab hint. When repaired: ./lab grade. Give up: ./lab fix."
    )


def _draw(context: Context, seed: int | None) -> str:
    """The name of a random exercise; it counts as drawn from now on."""
    state = context.machines.state
    names = [one.name for one in for_lab(context.session.platform, context.lab)]
    drawn = draws.draw(names, seed, draws.drawn(state))
    draws.remember(state, drawn, names)
    return drawn


def hint(ctx: typer.Context) -> None:
    """Show the next hint of the exercise under way. The first hints are general, the last one is specific."""
    context = context_of(ctx)
    current, one = _current(context)
    if one is None:
        raise ConfigError(exercise_run.unknown(current), hint="./lab fix ends it.")
    hints = _texts(context.session, one)["hints"]
    # Where the number is not known any more, all hints are shown.
    seen = len(hints) if current.hints is None else current.hints
    given = min(seen + 1, len(hints))
    attempt.record(context.machines.state, hints=None if current.hints is None else given)
    for number, text in enumerate(hints[:given], 1):
        out.print(f"{number} of {len(hints)}: {text}")
    if seen >= len(hints):
        out.print(
            "There is no further hint. ./lab check runs all checks; ./lab fix repairs the lab and explains."
        )


def grade(ctx: typer.Context) -> None:
    """Judge the repaired lab: solved, or the checks that do not pass yet. Exit 1 unless solved."""
    context = context_of(ctx)
    current, one = _current(context)
    if current.phase == "breaking":
        raise ConfigError(
            "./lab break was interrupted, so it is not known what is broken. There is nothing to judge.",
            hint="./lab fix repairs the lab and ends the exercise.",
        )
    with ConsoleProgress().busy("Judging the lab"):
        found = grade_in_time(context.session, context.fetch, GRADED_WITHIN)
    for verdict in found.left:
        out.print(Text.assemble((verdict.status, COLOURS[verdict.status]), f" {verdict.check}"))
        out.print(f"    look: {verdict.command}", soft_wrap=True)
    if not found.solved:
        out.print(
            f"Not solved: {len(found.left)} checks do not pass. "
            "./lab hint gives a hint; ./lab check shows what they found."
        )
        raise typer.Exit(1)
    attempt.save(context.machines.state, None)
    _differs(found)
    if one is None or current.phase == "given-up":
        why = (
            exercise_run.unknown(current)
            if one is None
            else "A command of the lab began to repair the exercise."
        )
        out.print(f"The lab is repaired. {why} It does not count as solved.")
    else:
        out.print(Text(_solved(current), style="green"))
    if one is not None:
        out.print(_texts(context.session, one)["solution"])
    raise typer.Exit(1 if one is None or current.phase == "given-up" else 0)


def _solved(current: Attempt) -> str:
    hints = (
        "with an unknown number of hints: the record of the exercise was changed by another program"
        if current.hints is None
        else f"with {current.hints} hints"
    )
    return f"Solved, {hints}{', after ./lab plan showed the repair' if current.plan_shown else ''}."


def _differs(found: Grade) -> None:
    """Show how a lab that works differs from lab.yaml."""
    if found.differs:
        out.print("It works, but differs from lab.yaml in:")
        for line in found.differs:
            out.print(f"  {line}")
        out.print("./lab reset brings the configuration of lab.yaml back.")


def fix(ctx: typer.Context) -> None:
    """Repair what the exercise broke, and explain the solution."""
    context = context_of(ctx)
    console, state = ConsoleProgress(), context.machines.state
    with context.exclusive(), console.building() as progress:
        current, one = _current(context)
        attempt.record(state, phase="given-up")
        exercise_run.repair(one, context.session, progress)
        exercise_run.wait_until_passed(context.session, context.fetch)
        attempt.save(state, None)
    if one is None:
        out.print(f"{exercise_run.unknown(current)} The lab is repaired: every check passes.")
        return
    out.print(Text(f"{one.name}: every check passes again.", style="green"))
    out.print(_texts(context.session, one)["solution"])


def _verdicts(context: Context) -> tuple[Verdict, ...]:
    return judge(context.session, look(context.session, context.fetch))


def _current(context: Context) -> tuple[Attempt, Exercise | None]:
    """The exercise under way; None for one that this version does not have. Raises ConfigError without any."""
    current = attempt.load(context.machines.state)
    return current, exercise_run.known(context.session, current)


def _texts(session: LabSession, exercise: Exercise) -> Mapping[str, Any]:
    known = placeholders(session)
    text = adapted(load("exercises.yaml")[exercise.name], session.platform, len(session.lab.nodes))
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
        out.print(f"        look:    {one.command}", soft_wrap=True)
    counts = {status: sum(one.status == status for one in verdicts) for status in COLOURS}
    out.print(", ".join(f"{count} {status}" for status, count in counts.items() if count))
