"""`./lab grade`: was the exercise ever solved, and is it solved now."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from classroom import attempts, exercise_run, exercise_texts, live, sealing
from classroom.attempt import Attempt
from classroom.exercise import Exercise
from classroom.grading import Grade, differences, grade_in_time
from classroom.snapshot import look
from cli.classroom import COLOURS
from cli.console import Json, Output, print_json
from cli.context import Context, context_of
from cli.current_exercise import Key, current_of, machines_of
from cli.drill import run_scenarios
from cli.progress import ConsoleProgress
from drill.checks.verdict import PASS, UNKNOWN, Verdict
from inventory.errors import ConfigError

GRADED_WITHIN = 15.0
"""Seconds that the cluster may still need to react to the student's repair."""
out = Output(markup=False, prose=True)


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(grade)


def grade(
    ctx: typer.Context,
    key: Key = None,
    *,
    as_json: Json = False,
    live_too: Annotated[
        bool,
        typer.Option("--live", help="Also try it: standby, a lost node, its return, a crash (some minutes)."),
    ] = False,
) -> None:
    """Judge the repaired lab: was it ever solved, is it solved now, what does not pass. Exit 1 unless solved now.

    Any way that works is right: what the cluster does counts.
    """
    context = context_of(ctx)
    current, one = current_of(context, sealing.read_private(key) if key else None)
    if current.phase == "breaking":
        raise ConfigError(
            "./lab break was interrupted, so it is not known what is broken. There is nothing to judge.",
            hint="./lab fix repairs the lab and ends the exercise; after ./lab break --sealed it is ./lab reset.",
        )
    if current.machines and current.machines != machines_of(context):
        attempts.close(context.home, "given-up")
        raise ConfigError(
            "The machines were made again since the exercise began: there is nothing to judge.",
            hint="The attempt is kept, as it was. ./lab break begins another one.",
        )
    with ConsoleProgress().busy("Judging the lab"):
        found = grade_in_time(context.session, context.fetch, GRADED_WITHIN)
    if live_too and found.solved:
        found = _tried_live(context)
    after = attempts.tried(
        context.home,
        current,
        repaired=found.solved,
        left=tuple(verdict.check for verdict in found.left),
        counts=one is not None or current.mode == "exam",
    )
    if as_json:
        print_json(_graded(after, one, found))
    else:
        _print_grade(context, after, one, found)
    raise typer.Exit(0 if found.solved and after.solved else 1)


def _tried_live(context: Context) -> Grade:
    """Run the live scenarios with the configuration that the lab has; each that does not pass is left over."""
    console = ConsoleProgress()
    with context.exclusive():
        snapshot = look(context.session, context.fetch)
        chosen = live.scenarios(context.lab)
        run = run_scenarios(context, chosen, 1, context.lab.drill.seed, console, session=snapshot.named)
    failed = tuple(
        Verdict(
            f"live: {one.name}", one.status, one.error or "it did not pass", command=f"./lab drill {one.name}"
        )
        for one in run.results
        if one.status != PASS
    )
    not_run = {one.name for one in chosen} - {one.name for one in run.results}
    missing = tuple(Verdict(f"live: {name}", UNKNOWN, "it did not run") for name in sorted(not_run))
    return (
        Grade((*failed, *missing))
        if failed or missing
        else Grade(differs=differences(context.session, snapshot))
    )


def _graded(after: Attempt, one: Exercise | None, found: Grade) -> dict[str, Any]:
    """The data of `grade --json`."""
    return {
        "attempt": after.id,
        "exercise": one.name if one else None,
        "mode": after.mode,
        "solved_now": found.solved,
        "ever_solved": bool(after.solved),
        "first_solved": after.solved,
        "given_up": after.phase == "given-up",
        "tries": len(after.tries),
        "hints": None if after.altered else len(after.hints),
        "plan_shown": bool(after.plan),
        "points": after.points,
        "left": [
            {"check": verdict.check, "status": verdict.status, "why": verdict.why} for verdict in found.left
        ],
        "differs": list(found.differs),
    }


def _print_grade(context: Context, after: Attempt, one: Exercise | None, found: Grade) -> None:
    for verdict in found.left:
        out.print(Text.assemble((verdict.status, COLOURS[verdict.status]), f" {verdict.check}"))
        out.print(f"    look: {verdict.command}", soft_wrap=True)
    ever = f"yes, at {after.solved}" if after.solved else "no"
    if not found.solved:
        out.print(
            f"Not solved: {len(found.left)} checks do not pass. "
            "./lab hint gives a hint; ./lab check shows what they found."
        )
        out.print(f"Solved now: no. Ever solved: {ever}.")
        return
    _differs(found)
    if after.solved:
        out.print(Text(_solved(after), style="green"))
        out.print(f"Solved now: yes. Ever solved: {ever}.")
    else:
        why = (
            exercise_run.unknown(after)
            if after.phase != "given-up"
            else "A command of the lab began to repair it."
        )
        out.print(f"The lab is repaired. {why} It does not count as solved.")
    if one is not None:
        out.print(exercise_texts.solution(context.session, one))


def _solved(after: Attempt) -> str:
    hints = (
        "with an unknown number of hints: the record of the exercise was changed by another program"
        if after.altered
        else f"with {len(after.hints)} hints"
    )
    points_ = "" if after.points is None else f" {after.points:g} of {after.prices.solved:g} points."
    return f"Solved, {hints}{', after ./lab plan showed the repair' if after.plan else ''}.{points_}"


def _differs(found: Grade) -> None:
    """Show how a lab that works differs from lab.yaml."""
    if found.differs:
        out.print("It works, but differs from lab.yaml in:")
        for line in found.differs:
            out.print(f"  {line}")
        out.print("./lab reset brings the configuration of lab.yaml back.")
