"""`./lab bench prediction`: predicted against measured outages, at the token that runs now."""

from __future__ import annotations

import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.bench import GROUP
from cli.console import Output, table
from cli.context import context_of
from cli.current_exercise import no_exercise
from cli.progress import ConsoleProgress
from drill import suite
from drill.execute.availability import unavailable
from drill.execute.prediction import running_times
from drill.execute.runner import Runner
from drill.report import prediction_rows
from drill.report.prediction_rows import Counted, PredictionRow
from drill.scenarios import catalog
from drill.scenarios.base import Scenario
from inventory import journal
from inventory.errors import ConfigError

out = Output()
SCENARIOS = ("stickiness-100", "standby", "freeze", "power-off", "web-kill", "vip-removed")
"""A graceful stop, a standby, a frozen node, a node without power, a dead web server, an address that is gone."""
TRIES = 3
"""Each measurement is tried at most so many times: it does not count when it is UNKNOWN or has no interval."""


def register(app: typer.Typer) -> None:
    """Add the command to `./lab bench`."""
    GROUP.command()(prediction)


def prediction(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="The scenarios; default: one for each kind of outage.")
    ] = None,
    *,
    repeat: Annotated[
        int, typer.Option(min=1, max=1000, help="How many outages count for each scenario.")
    ] = 20,
    minutes: Annotated[float, typer.Option(min=0.1, help="Begin no measurement after this time.")] = 600.0,
    output: Annotated[
        Path | None, typer.Option(help="The results, one a line; only missing ones are measured.")
    ] = None,
    table_of: Annotated[
        list[Path] | None,
        typer.Option("--table", help="Measure nothing: print one table of these files. Can be repeated."),
    ] = None,
) -> None:
    """Compare outages with their predictions, at the running token. Exit 1 while measurements are missing.

    The results are added to docs/results/prediction.jsonl. For another token: change lab.yaml, then `./lab provision`.
    The table has the intervals that decide the verdicts (coverage 99.95 %), and the likely ones (98 %). The goals are
    for the likely ones: 95 % of at least 20 outages inside; no interval wider than 1.0 s when resources move, and than
    1.5 s + token/4 after a crash.
    """
    if table_of:
        _print(prediction_rows.read_several(table_of))
        return
    context, console = context_of(ctx), ConsoleProgress()
    chosen = [catalog.get(name) for name in names or SCENARIOS]
    if refused := [why for one in chosen if (why := unavailable(one, context.session))]:
        raise ConfigError(f"This lab cannot measure it: {refused[0]}.", hint="Name other scenarios.")
    path = output or context.root / "docs" / "results" / "prediction.jsonl"
    end = time.monotonic() + 60 * minutes
    with context.exclusive(), tempfile.TemporaryDirectory(prefix="ha-lab-bench-") as folder:
        no_exercise(context, console.say)
        runner = suite.runner(
            context.session, context.remote, Path(folder), context.guard, console.say, fetch=context.fetch
        )
        with journal.exclusive(context.home):
            whole = _measure(runner, chosen, path, repeat, end=end)
    _print(prediction_rows.read(path))
    raise typer.Exit(0 if whole else 1)


def _measure(runner: Runner, chosen: list[Scenario], path: Path, repeat: int, *, end: float) -> bool:
    """Measure what is missing, until `end` (seconds of the monotonic clock). Return whether nothing is missing."""
    token_s, _ = running_times(runner.session)
    for number in range(TRIES * repeat):
        missing = [one for one in chosen if _counted(path, one.name, token_s) < repeat]
        if not missing:
            return True
        for scenario in missing:
            if time.monotonic() > end:
                return False
            _one(runner, scenario, suite.seed_of(runner.session.lab.drill.seed, scenario, number), path)
    return False


def _one(runner: Runner, scenario: Scenario, seed: int, path: Path) -> None:
    """Run a scenario and add its row to the file."""
    result = suite.judged(runner.run(scenario, seed))
    runner.path.unlink(missing_ok=True)  # a record is large; the row has all that is needed of it
    row = prediction_rows.row_of(result, datetime.now().isoformat(timespec="seconds"))
    if row is None:
        out.print(escape(f"{scenario.name}: {result.error or 'no prediction'}"))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(prediction_rows.line(row))
    _tell(row)


def _counted(path: Path, scenario: str, token_s: float) -> int:
    """How many rows of a scenario count at a token."""
    return sum(one.counts and one.key == (scenario, token_s) for one in prediction_rows.read(path))


def _tell(row: PredictionRow) -> None:
    outage = "none" if row.outage is None else f"{row.outage[0]:.2f} to {row.outage[1]:.2f} s"
    most = "without end" if row.predicted[1] is None else f"{row.predicted[1]:.2f} s"
    basis = "limits only" if row.coverage is None else f"coverage {100 * row.coverage:g}%"
    out.print(
        escape(
            f"{row.verdict:8}{row.scenario}, token {row.token_s:g} s: outage {outage}, predicted"
            f" {row.predicted[0]:.2f} to {most} ({basis})"
        )
    )


def _print(rows: tuple[PredictionRow, ...]) -> None:
    shown = table(
        *(
            "scenario",
            "token",
            "count",
            "inside",
            "middle inside",
            "widest",
            "likely: inside",
            "likely: widest",
        ),
        *("goal", "reached", "left out"),
    )
    for one in prediction_rows.figures(rows):
        shown.add_row(
            one.scenario,
            f"{one.token_s:g} s",
            str(one.verdicts.count),
            _inside(one.verdicts),
            str(one.verdicts.middles),
            f"{one.verdicts.widest:.2f} s",
            _inside(one.likely),
            f"{one.likely.widest:.2f} s" if one.likely.count else "-",
            "-" if one.goal is None else f"{one.goal:.2f} s",
            {True: "yes", False: "no", None: "-"}[one.reached],
            str(one.left_out),
        )
    out.print(shown)


def _inside(found: Counted) -> str:
    """How many outages are inside, and the share of them."""
    return f"{found.inside} of {found.count} ({found.share:.0%})" if found.share is not None else "-"
