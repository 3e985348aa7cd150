"""`./lab bench report`: how fast many records are judged again, reported and compared, and with how much memory."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from cli import bench
from cli.context import Context, context_of
from drill.record import stored_rows
from drill.record.variation import varied
from drill.report import run_folder
from inventory.host import command

RECORDED = Path("docs/results/report")
"""The run from which the records are made: ten scenarios on two containers."""


def register(_: typer.Typer) -> None:
    """Add the benchmark to `./lab bench`."""
    bench.GROUP.command("report")(report)


def report(
    ctx: typer.Context,
    records: Annotated[int, typer.Option(min=1, max=100_000, help="How many records.")] = 10_000,
    seed: Annotated[int, typer.Option(help="The seed for the times of the records.")] = 1,
    run: Annotated[
        Path | None, typer.Option(help="The run from which the records are made; default: a recorded one.")
    ] = None,
) -> None:
    """Measure `recheck`, `report` and `compare` on many records, made from a run's records with other times.

    Prints one JSON object on stdout: sizes in bytes, and for each command its seconds, its processor seconds, its
    largest memory (MB) and its records a second. Needs no lab.
    """
    context = context_of(ctx)
    source = (run or context.root / RECORDED) / run_folder.TIMELINE
    with tempfile.TemporaryDirectory(prefix="lab-bench-report-") as temporary:
        folder = Path(temporary) / "run"
        stored_rows.write(folder / run_folder.TIMELINE, varied(source, records, seed))
        raw = sum(map(len, stored_rows.Rows(folder / run_folder.TIMELINE)))
        measured = {
            words[0]: _measured(context, records, *words)
            for words in (
                ("recheck", str(folder)),
                ("report", str(folder)),
                ("compare", str(folder), str(folder)),
            )
        }
        sizes = {one.name: one.stat().st_size for one in sorted(folder.iterdir())}
    sys.stdout.write(
        json.dumps(
            {"benchmark": "report", "records": records, "seed": seed, "raw": raw, "sizes": sizes, **measured}
        )
        + "\n"
    )


def _measured(context: Context, records: int, *words: str) -> dict[str, float]:
    """Run a command as a user would run it. Its memory is that of the largest command so far (getrusage(2))."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    argv = [sys.executable, "-m", "cli.main", "--root", str(context.root), *words]
    status = command.attached(argv, context.root, to_stderr=True)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if status not in (0, 1):
        raise typer.Exit(status)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(used, 1),
        "memory_mb": round(after.ru_maxrss / 1024),
        "records_a_second": round(records / seconds),
    }
