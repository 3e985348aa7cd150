"""The drill's commands: `./lab drill`, report, recheck, compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import Output, table
from cli.context import Context, context_of
from cli.current_exercise import no_exercise
from cli.owner import Owner, agree
from cli.progress import ConsoleProgress
from drill import suite
from drill.checks.verdict import PASS, Verdict
from drill.execute.availability import unavailable
from drill.execute.restarts import Restarts
from drill.report import comparison, run_folder
from drill.report import merge as merging
from drill.report.clients import TITLES, medians
from drill.report.objective import parse_objective
from drill.report.run import Run
from drill.report.statistics import statistics_of
from drill.report.summary import Summary, summary_of
from drill.scenarios import catalog
from drill.scenarios.base import Scenario
from inventory.errors import LabError
from inventory.session import LabSession

out = Output()
COLOUR = {"PASS": "green", "UNKNOWN": "yellow", "FAIL": "red"}
Folder = Annotated[Path, typer.Argument(help="A run's folder, such as one below runs/.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    for command in (drill, report, recheck, merge, compare):
        app.command()(command)


def drill(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="The scenarios to run; without names, all of them.")
    ] = None,
    *,
    repeat: Annotated[int, typer.Option(min=1, max=1000, help="How many times each scenario runs.")] = 1,
    seed: Annotated[
        int, typer.Option(help="The seed for random targets; default: the seed of lab.yaml.")
    ] = -1,
    wanted: Annotated[
        list[str] | None,
        typer.Option("--objective", help="For example outage<=3s; objectives decide the exit status."),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Only list the scenarios.")] = False,
    owner: Owner = False,
) -> None:
    """Break the cluster, watch what a client sees, judge it. Exit 1 unless all passed."""
    context = context_of(ctx)
    chosen = [catalog.get(name) for name in names] if names else list(catalog.SCENARIOS.values())
    goals = [parse_objective(text) for text in wanted or []]
    if listed:
        out.print(_listing(chosen))
        return
    console = ConsoleProgress()
    if not names:
        session, asked = context.session, Restarts(context.session)
        whys = {one.name: unavailable(one, session) or asked.refusal(one) for one in chosen}
        for name, why in whys.items():
            if why and not catalog.get(name).needs_another_lab:
                console.say(f"left out: {name}: {why}")
        chosen = [one for one in chosen if not whys[one.name]]
    agree(context, chosen, console, owner=owner)
    with context.exclusive():
        no_exercise(context, console.say)
        run = run_scenarios(context, chosen, repeat, context.lab.drill.seed if seed < 0 else seed, console)
    judged = [
        goal.judge(statistics_of(name, entries))
        for name, entries in run.by_scenario().items()
        for goal in goals
    ]
    _summary(run, judged)
    _failed(run)
    good = all(one.status == PASS for one in judged) if goals else run.status == PASS
    raise typer.Exit(0 if good else 1)


def run_scenarios(
    context: Context,
    chosen: Sequence[Scenario],
    repeat: int,
    seed: int,
    console: ConsoleProgress,
    *,
    session: LabSession | None = None,
) -> Run:
    """Run the scenarios and write their records into a new folder; an interrupt keeps what was recorded."""
    session = session or context.session
    folder = run_folder.fresh(context.root / "runs", datetime.now())
    runner = suite.runner(session, context.remote, folder, context.guard, console.say, fetch=context.fetch)
    texts = catalog.explanations()
    whole = suite.Suite(
        context.home,
        runner,
        folder,
        on_result=lambda result: _print_result(summary_of(result), result.verdicts),
        around=lambda one: console.busy(f"{one.name}: {texts[one.name].title}"),
    )
    try:
        return whole.run(chosen, repeat, seed)
    finally:
        if (folder / run_folder.REPORT).exists():
            console.say(f"report: {folder / run_folder.REPORT}")


def report(
    folder: Folder,
    only: Annotated[
        list[int] | None,
        typer.Option(help="Draw only this record (numbers from 1); may be given several times."),
    ] = None,
) -> None:
    """Write a run's report.html again. Needs no lab."""
    out.print(str(run_folder.rebuild(folder, only or ())))


def recheck(folder: Folder) -> None:
    """Judge a run again from its timelines. Needs no lab. Exit 1 unless all passed."""
    _rechecked(run_folder.recheck(folder))


def merge(
    ctx: typer.Context, runs: Annotated[list[Path], typer.Argument(help="The folders of the runs.")]
) -> None:
    """Make one run, report and JUnit file of several runs of one configuration. Exit 1 unless all passed."""
    root = context_of(ctx).root
    folder, run, notes = merging.merge(runs, lambda: run_folder.fresh(root / "runs", datetime.now()))
    console = ConsoleProgress()
    for note in notes:
        console.say(f"not complete: {note}")
    console.say(f"report: {folder / run_folder.REPORT}")
    _rechecked(run)


def _rechecked(run: Run) -> None:
    for entry in run.results:
        _print_result(entry, run.source.verdicts(entry) if entry.status != PASS else ())
        for note in entry.notes:
            out.print(escape(f"  record: {note}"))
    if run.note:
        out.print(escape(run.note))
    _summary(run, [])
    raise typer.Exit(0 if run.status == PASS else 1)


def compare(a: Folder, b: Folder) -> None:
    """Show two runs side by side. Needs no lab."""
    for line in comparison.compare(run_folder.load(a), run_folder.load(b)).lines():
        out.print(escape(line))


def _listing(chosen: Sequence[Scenario]) -> Table:
    listed = table("scenario", "step", "what it shows")
    for one in chosen:
        listed.add_row(one.name, one.step or "-", catalog.explanations()[one.name].title)
    return listed


def _print_result(entry: Summary, verdicts: Sequence[Verdict]) -> None:
    seen, *more = entry.outage
    predicted = f", predicted {entry.predicted.summary}" if entry.predicted else ""
    words = f"{entry.name}: outage {seen}{predicted}{''.join(f'; {one}' for one in more)}"
    out.print(f"[{COLOUR[entry.status]}]{entry.status:8}[/]{escape(words)}")
    if entry.clients:
        out.print(escape(f"  other clients: {', '.join(f'{one.title} {one.text}' for one in entry.clients)}"))
    if entry.error:
        out.print(escape(f"  the drill itself failed: {entry.error}"))
    for one in verdicts:
        if one.status != PASS and not entry.error:
            out.print(escape("\n".join(f"  {line}" for line in one.description.splitlines())))


def _summary(run: Run, judged: Sequence[Verdict]) -> None:
    for name, entries in run.by_scenario().items():
        if len(entries) > 1:
            found = statistics_of(name, entries)
            figures = ", ".join(f"{figure} {length.summary}" for figure, length in found.figures.items())
            out.print(escape(f"{name}, {len(entries)} times: {figures or 'nothing measured'}"))
            if others := medians(one.clients for one in entries):
                words = ", ".join(f"{TITLES[client]} {length.summary}" for client, length in others.items())
                out.print(escape(f"  other clients, median: {words}"))
    for one in judged:
        out.print(escape(one.description))
    counts = ", ".join(f"{count} {status}" for status, count in run.counts.items() if count)
    out.print(escape(counts or "UNKNOWN: nothing was recorded"))


def _failed(run: Run) -> None:
    """Raise LabError when the drill itself failed."""
    if errors := [entry for entry in run.results if entry.error]:
        raise LabError(
            f"{errors[0].name}: the drill itself failed: {errors[0].error}", hint="./lab heal; ./lab status"
        )
