"""The break-and-fix exercises: exercises, break, hint, fix."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from classroom import attempts, draws, exercise_run, exercise_texts, points, sealed_exercise, sealing
from classroom.attempt import Hint, now
from classroom.checks import judge, not_passed
from classroom.exercise import Exercise
from classroom.exercise_run import Terms
from classroom.exercises import EXERCISES, for_lab, get
from classroom.requirements import reason
from classroom.snapshot import look
from classroom.texts import load
from cli.console import Output, table
from cli.context import Context, context_of
from cli.current_exercise import Key, current_of, machines_of, no_exercise
from cli.progress import ConsoleProgress
from cli.student_exercise import ClassOption, of_student
from inventory.errors import ConfigError, MachineError
from status import health

out = Output(markup=False, prose=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    for name, command in {"break": break_, "hint": hint, "fix": fix}.items():
        app.command(name)(command)
    app.command()(exercises)


def exercises(ctx: typer.Context) -> None:
    """List the exercises: broken configurations to find and repair. Without a lab: the exercises of all platforms."""
    context = context_of(ctx)
    listed = table("exercise", "what you see")
    for one in possible(context):
        listed.add_row(one.name, load(exercise_texts.STORIES)[one.name]["title"])
    out.print(listed)


def possible(context: Context) -> tuple[Exercise, ...]:
    """The exercises that this lab allows; without machines, those of all platforms that its lab.yaml allows."""
    try:
        return for_lab(context.machines.choice.platform_data, context.lab)
    except MachineError:
        return tuple(one for one in EXERCISES if not reason(one.needs, context.lab))


def break_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The name of an exercise (see ./lab exercises).")] = "",
    *,
    at_random: Annotated[
        bool,
        typer.Option(
            "--random", help="A random exercise, none twice before all came; its name is not shown."
        ),
    ] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed gives the same order.")] = None,
    sealed: Annotated[
        Path | None,
        typer.Option(help="An exam: seal the exercise with this public key of the teacher (./lab exam-key)."),
    ] = None,
    prices: Annotated[
        Path | None, typer.Option("--points", help="A YAML file with other prices than the default ones.")
    ] = None,
    follow: Annotated[
        bool,
        typer.Option("--next", help="The next exercise of your student.yaml, with the prices of the class."),
    ] = False,
    class_: ClassOption = None,
) -> None:
    """Break the healthy lab and show the symptom. Find the fault, repair it on the nodes, then run ./lab grade."""
    context = context_of(ctx)
    session, console = context.session, ConsoleProgress()
    if sum((bool(name), at_random or seed is not None, follow)) != 1:
        raise ConfigError(
            "break takes the name of an exercise, or --random, or --next.", hint="./lab exercises lists them."
        )
    own = of_student(context, class_) if follow else None
    name = own.name if own else name
    if name:
        get(session, name)
    teacher = sealing.read_public(sealed) if sealed else None
    usual = own.prices if own else points.default()
    cost = points.of_file(prices) if prices else usual
    with context.exclusive():
        no_exercise(context, console.say)
        if left := health.interrupted(session.journal.pending()):
            raise ConfigError(f"The lab is not healthy before the exercise: {left}", hint="./lab heal")
        before = not_passed(judge(session, look(session, context.fetch)))
        if before:
            raise ConfigError(
                f"The lab is not healthy before the exercise: {before[0].check}: {before[0].why}",
                hint="./lab check shows all of it; ./lab reset brings the lab to its end state.",
            )
        one = get(session, name or _draw(context, seed))
        terms = Terms(exercise_texts.shown(session, one), cost, teacher, machines_of(context))
        with console.busy("Breaking something"):
            exercise_run.begin(one, session, context.home, context.fetch, terms)
    if teacher is None:
        out.print(Text(terms.shown.title, style="bold"))
    out.print(terms.shown.story)
    out.print(
        f"Look: ./lab ssh {session.lab.node1.alias}, ./lab status. Get a hint: ./lab hint. When repaired: ./lab grade. "
        + ("Give up: ./lab reset." if teacher else "Give up: ./lab fix.")
    )
    costs = ", ".join(f"{cost.hint(number):g}" for number in range(1, len(terms.shown.hints) + 1))
    out.print(
        f"A solution is worth {cost.solved:g} points; the hints cost {costs}, ./lab plan costs {cost.plan:g}."
    )
    out.print("What you type in ./lab ssh is recorded in the attempt, with time, node and exit status.")


def _draw(context: Context, seed: int | None) -> str:
    """The name of a random exercise; it counts as drawn from now on."""
    state = context.machines.state
    names = [one.name for one in for_lab(context.session.platform, context.lab)]
    drawn = draws.draw(names, seed, draws.drawn(state, names))
    draws.remember(state, drawn, names)
    return drawn


def hint(ctx: typer.Context) -> None:
    """Show the next hint of the exercise under way, and its price. The first ones are general, the last is specific."""
    context = context_of(ctx)
    current = attempts.load(context.home)
    if not current.open:
        raise ConfigError(
            "The exercise is solved: it needs no hint.", hint="./lab break --random begins another one."
        )
    if not current.known:
        raise ConfigError(exercise_run.unknown(current), hint="./lab fix ends it.")
    hints = sealed_exercise.shown(current).hints
    # Where the number is not known any more, all hints are shown.
    seen = len(hints) if current.altered else len(current.hints)
    given = min(seen + 1, len(hints))
    if given > seen:
        new = Hint(given, now(), current.prices.hint(given))
        attempts.record(context.home, hints=(*current.hints, new))
        out.print(f"This hint costs {new.price:g} of {current.prices.solved:g} points.")
    for number, text in enumerate(hints[:given], 1):
        out.print(f"{number} of {len(hints)}: {text}")
    if given == seen:
        out.print("There is no further hint. ./lab check runs all checks.")


def fix(ctx: typer.Context, key: Key = None) -> None:
    """Repair what the exercise broke, and explain the solution. An exam needs the teacher's key."""
    context = context_of(ctx)
    console = ConsoleProgress()
    private = sealing.read_private(key) if key else None
    with context.exclusive(), console.building() as progress:
        current, one = current_of(context, private)
        if current.known and current.mode == "exam":
            sealed_exercise.opened(current, private)
        exercise_run.give_up(context.home, context.session, progress, private)
        exercise_run.wait_until_passed(context.session, context.fetch)
        attempts.close(context.home)
    if one is None:
        out.print(f"{exercise_run.unknown(current)} The lab is repaired: every check passes.")
        return
    out.print(Text(f"{one.name}: every check passes again.", style="green"))
    out.print(exercise_texts.solution(context.session, one))
