"""`./lab walk`: the walkthrough as a guided tour. The student predicts, it happens, and the cluster says why."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.text import Text

from classroom import exercise_run
from classroom.walk import beyond, guide, observe, progress, report, tour
from classroom.walk.points import Point
from classroom.walk.prediction import DONT_KNOW, VERDICTS, Asked, read, said
from classroom.walk.progress import Saved
from classroom.walk.tour import Stop
from cli import prompt, walk_step, walk_text
from cli.context import Context, context_of
from cli.progress import ConsoleProgress
from inventory.errors import ConfigError, LabError
from inventory.homes import STATE
from inventory.session import LabSession
from language.marking import marked
from provision import apply, texts
from provision.steps.base import Step
from provision.steps.registry import for_lab

TRIES = 3
"""So many times an answer that is no choice is asked for again; then it counts as "I don't know"."""
out = walk_step.out


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(walk)


def walk(
    ctx: typer.Context,
    *,
    first: Annotated[
        str, typer.Option("--from", help="The first stop, by number or id, such as 6.2, or beyond.")
    ] = "",
    last: Annotated[str, typer.Option("--to", help="The last stop, by number or id.")] = "",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help='Ask nothing: each answer is "I don\'t know".')
    ] = False,
    restart: Annotated[
        bool,
        typer.Option("--restart", help="Begin at the first step, also when the walk was left on its way."),
    ] = False,
    page: Annotated[
        bool, typer.Option("--report", help="Only write the page with all predictions and results.")
    ] = False,
) -> None:
    """Guide through the steps. Before each observation you predict; then it happens, and the cluster says why."""
    context, console = context_of(ctx), ConsoleProgress()
    saved = progress.load(context.home / STATE, console.say)
    if page:
        out.print(str(report.write(saved.now, context.root / "runs", context.number)))
        return
    if not yes and not _is_terminal():
        raise ConfigError(
            "The walk asks questions, and the standard input is no terminal.",
            hint='Run it in a terminal, or ./lab walk --yes: each answer is then "I don\'t know".',
        )
    known = tour.stops(context.lab)
    begin, end = guide.part(
        known, saved, first, last, restart=restart, goes_on=lambda stop: yes or _goes_on(stop)
    )
    _Walk(context, console, saved, known, yes=yes).through(begin, end)


def _is_terminal() -> bool:
    """Whether somebody can answer."""
    return sys.stdin.isatty()


def _goes_on(stop: Stop) -> bool:
    answer = prompt.ask(f"Continue at step {stop.number} ({stop.id})? [Y/n] ").strip().lower()
    return not answer.startswith("n")


class _Walk:
    """One run of the command: it visits the stops, asks, and prints."""

    def __init__(
        self, context: Context, console: ConsoleProgress, saved: Saved, known: tuple[Stop, ...], *, yes: bool
    ) -> None:
        self.context, self.console, self.saved, self.known, self.yes = context, console, saved, known, yes
        self.made: set[str] = set()
        """The ids of the steps that were made by a point of this run, before they were shown."""

    def through(self, begin: int, end: int) -> None:
        """Visit the stops from one position to another. What was reached is kept when the student leaves."""
        context, session = self.context, self.context.session
        context.require_known_properties()
        with context.exclusive():
            context.ready_bmcs(self.console.say)
            exercise_run.end(context.home, session, self.console.say)
            if earlier := tour.steps_before(begin, self.known):
                with self.console.building() as building:
                    apply.run(session, earlier, building)
        for place in range(begin, end + 1):
            stop = self.known[place]
            with self._leaving(stop):
                guide.begin(self.saved, stop)
                self._visit(session, stop, guide.left_of(self.known, place), is_last=place == end)
                if place < end and not self.yes:
                    prompt.ask(marked("[Enter] "))
        if end == len(self.known) - 1:
            self._end()

    @contextmanager
    def _leaving(self, stop: Stop) -> Iterator[None]:
        """Say where the walk goes on, when the student leaves by Ctrl-C or the end of the input (Ctrl-D)."""
        try:
            yield
        except (EOFError, KeyboardInterrupt) as error:
            at = next((one for one in self.known if one.id == self.saved.now.stop), stop)
            out.print()
            self.console.say(f"Your progress is kept. ./lab walk continues at step {at.number} ({at.id}).")
            if isinstance(error, EOFError):
                raise typer.Exit from None
            raise

    def _visit(self, session: LabSession, stop: Stop, following: str, *, is_last: bool) -> None:
        if stop.point is not None:
            self._point(session, stop.point, following)
            return
        if stop.step is not None:
            with self.context.exclusive():  # not while a reader thinks at [Enter]
                is_new = stop.step.id in self.made
                walk_step.show(
                    self.context,
                    session,
                    stop.step,
                    to_see=is_last or not stop.explained_later,
                    is_new=is_new,
                )
        else:
            out.print(walk_text.chapter(beyond.chapter(session)))
        self.saved.change(stop=following)

    def _point(self, session: LabSession, point: Point, following: str) -> None:
        context = self.context
        if why := observe.unobservable(point, session):
            out.print(Text(f"\n(Not asked in this lab: {point.number}, because {why}.)", style="dim"))
            self._to_see(session, point)
            self.saved.change(stop=following)
            return
        step = next(one for one in for_lab(session.lab) if one.id == point.step)
        if point.applied:
            with context.exclusive():
                self._run_step(session, step)
                observe.at_rest(session)
        told = observe.words(point, session, observe.live_cib(session)[1])
        out.print(Text(f"\n{point.number}  What will happen? {told.title}", style="bold"))
        out.print(Text(told.happens))
        answers = self._answers(point, told.questions)
        began = time.monotonic()
        with context.exclusive():
            if point.before:
                self._run_step(session, step)
            out.print(Text("Now, as it happens (seconds since the recording began):", style="bold"))
            drill = observe.Drill(
                context.remote, context.home, context.root / "runs", context.guard, context.fetch,
                self.console.say, lambda at, line: out.print(f"  {at:6.1f} s  {line}"),
            )  # fmt: skip
            outcome = observe.happen(point, told, session, drill)
        took = time.monotonic() - began
        thought = self.saved.now.thought_s if self.saved.now.asked == point.id else 0.0
        found = guide.observed(point, told, answers, outcome, thought_s=thought, took_s=took)
        if outcome.error:
            raise LabError(
                f"{point.number}: the drill itself failed: {outcome.error}",
                hint="./lab status; then ./lab walk continues here. Your answers are kept.",
            )
        self.saved.observe(found, following)
        out.print(Text("Your predictions and what happened:", style="bold"))
        out.print(walk_text.comparison(found.answers))
        out.print(Text("The cluster's own reason:", style="bold"))
        for one in found.reasons:
            out.print(walk_text.reason(one))
        out.print(walk_text.explained(found))
        self._to_see(session, point)

    def _run_step(self, session: LabSession, step: Step) -> None:
        if walk_step.run(session, step):
            self.made.add(step.id)

    def _to_see(self, session: LabSession, point: Point) -> None:
        """What is to be seen after a point's step, when the step did not say it before the question."""
        if not point.before and not point.unfit(session.lab):
            step = next(one for one in for_lab(session.lab) if one.id == point.step)
            out.print(Text(f"To see: {texts.text(step, session).observe}", style="italic"))

    def _answers(self, point: Point, questions: tuple[Asked, ...]) -> Mapping[str, str]:
        """The student's answers; each is kept as soon as it is given."""
        answers = dict(guide.given(self.saved, point))
        for asked in questions:
            if asked.id in answers:
                out.print(f"  {asked.text}  (you answered before: {said(answers[asked.id])})")
                continue
            began = time.monotonic()
            answers[asked.id] = DONT_KNOW if self.yes else _ask(asked)
            thought = self.saved.now.thought_s if self.saved.now.asked == point.id else 0.0
            self.saved.change(
                asked=point.id, answers=dict(answers), thought_s=thought + time.monotonic() - began
            )
        return answers

    def _end(self) -> None:
        counts = guide.tally(self.saved.now)
        told = ", ".join(f"{counts[one]} {text}" for one, text in VERDICTS.items() if counts[one])
        if told:
            self.console.say(f"Your predictions: {told}. ./lab walk --report makes a page of them.")
        self.console.say(
            "The walkthrough is complete. ./lab task has tasks of your own; ./lab drill breaks the cluster; ./lab break"
            " hides a fault for you to find."
        )


def _ask(asked: Asked) -> str:
    """Ask until the answer is one that is allowed; after some tries it counts as "I don't know". Raises EOFError."""
    out.print(Text(f"  {asked.text}"))
    for _ in range(TRIES):
        found = read(asked, prompt.ask(f"    {asked.allowed}  (Enter: I don't know) > "))
        if found is not None:
            return found
        out.print(f"    This is no answer to the question. Possible: {asked.allowed}.")
    out.print("    It counts as: I don't know.")
    return DONT_KNOW
