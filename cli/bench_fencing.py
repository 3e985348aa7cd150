"""`./lab bench fencing`: the same faults without fencing, with it, and with BMCs that are dead or slow."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from benchmarks import fencing_matrix, fencing_table
from benchmarks.figures import in_words
from benchmarks.measurements import Measurement, MeasurementsFile
from cli.bench import GROUP
from cli.console import Output
from cli.context import context_of
from cli.current_exercise import no_exercise
from cli.progress import ConsoleProgress
from drill import suite
from drill.execute.availability import unavailable
from inventory import journal
from inventory.errors import ConfigError

out = Output()


def register(app: typer.Typer) -> None:
    """Add the command to `./lab bench`."""
    GROUP.command()(fencing)


def fencing(
    ctx: typer.Context,
    *,
    settings: Annotated[
        str, typer.Option(help="With commas; default: off,no delay,delay,dead BMCs,slow BMCs.")
    ] = "",
    faults: Annotated[str, typer.Option(help="With commas; default: all faults of the matrix.")] = "",
    repeat: Annotated[int, typer.Option(min=1, max=1000, help="How many times each is measured.")] = 1,
    minutes: Annotated[float, typer.Option(min=0.1, help="Begin no measurement after this time.")] = 600.0,
    output: Annotated[
        Path | None, typer.Option(help="The results, one a line; only missing ones are measured.")
    ] = None,
) -> None:
    """Measure what each fault does without fencing and with it. It can be stopped, and continues with what is missing.

    The results are added to docs/results/fencing.jsonl. Exit 1 while measurements are missing.
    """
    context, console = context_of(ctx), ConsoleProgress()
    columns = fencing_matrix.chosen(settings, fencing_matrix.SETTINGS, "--settings")
    rows = fencing_matrix.chosen(faults, fencing_matrix.FAULTS, "--faults")
    session = context.session
    wanted = [
        fencing_matrix.scenario(fencing_matrix.SETTINGS[column], row) for column in columns for row in rows
    ]
    if refused := [why for one in wanted if (why := unavailable(one, session))]:
        raise ConfigError(f"This lab cannot measure it: {refused[0]}.", hint="--faults names others.")
    path = output or context.root / "docs" / "results" / "fencing.jsonl"
    file = MeasurementsFile(path, fencing_matrix.conditions(context.lab, session))
    end = time.monotonic() + 60 * minutes
    with context.exclusive(), tempfile.TemporaryDirectory(prefix="ha-lab-bench-") as folder:
        no_exercise(context, console.say)
        runner = suite.runner(
            session, context.remote, Path(folder), context.guard, console.say, fetch=context.fetch
        )

        def tell(row: Measurement) -> None:
            runner.path.unlink(
                missing_ok=True
            )  # a record is large; the results have all that is needed of it
            console.say(_line(row))

        with journal.exclusive(context.home):
            matrix = fencing_matrix.FencingMatrix(runner, file, tell)
            whole = matrix.run(columns, rows, repeat, lambda: time.monotonic() > end)
    out.print(escape(fencing_table.table(file.rows)))
    console.say(f"results: {path}")
    if not whole:
        console.say("Some measurements are missing: the same command makes them.")
    raise typer.Exit(0 if whole else 1)


def _line(row: Measurement) -> str:
    """A measurement in one line, for people."""
    name = f"{row.what}, {row.setting}, {row.number + 1}"
    if row.doubt:
        return f"{name}: does not count: {row.doubt}"
    fenced = " and ".join(row.fenced or ()) or "nobody"
    owned = in_words(fencing_table.both_owned(row))
    lost = "-" if row.lost_writes is None else " to ".join(map(str, dict.fromkeys(row.lost_writes)))
    return (
        f"{name}: outage {in_words(row.outage)}, two owners {owned}, fenced {fenced}"
        f"{f' after {in_words(row.fence)}' if row.fence else ''}, lost writes {lost}"
    )
