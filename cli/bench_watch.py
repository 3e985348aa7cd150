"""`./lab bench watch`: how much processor time the observation of a lab takes, watched and probed as in a drill.

The busy share of the processors (/proc/stat) with an idle lab, and with the same lab observed, in turn.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli import bench
from cli.context import Context, context_of
from drill.observe.observation import observing
from drill.record.header import Header
from drill.record.recorder import Recorder
from inventory.host import command

STAT = Path("/proc/stat")
WARM_S = 3.0
"""The time from the beginning of an observation to its measurement (seconds)."""
Repeat = Annotated[int, typer.Option(min=1, max=100, help="How many times it is measured.")]


def register(_: typer.Typer) -> None:
    """Add the benchmark to `./lab bench`."""
    bench.GROUP.command("watch")(watch)


def watch(
    ctx: typer.Context,
    repeat: Repeat = 5,
    seconds: Annotated[int, typer.Option(min=1, max=300, help="The length of each measurement.")] = 15,
    against: Annotated[
        Path | None,
        typer.Option(help="A folder with another version: its `watch` is measured too, on this lab."),
    ] = None,
) -> None:
    """Measure how many processors are busy while the lab is idle and while it is watched and probed, in turn.

    Prints one JSON object on stdout. The load of everything else on this machine is in the figures of both.
    """
    context = context_of(ctx)
    load, rows = os.getloadavg(), []
    with context.exclusive():
        for _ in range(repeat):
            row = {"idle": _busy(seconds)}
            with _observed(context):
                row["watched"] = _busy(seconds)
            if against is not None:
                row["idle_again"] = _busy(seconds)
                with _other(context, against, seconds):
                    row["other"] = _busy(seconds)
            rows.append({name: round(value, 4) for name, value in row.items()})
    costs = [round(row["watched"] - row["idle"], 4) for row in rows]
    found = {"benchmark": "watch", "load": load, "seconds": seconds, "busy_processors": rows, "cost": costs}
    found["median"] = statistics.median(costs)
    if against is not None:
        others = [round(row["other"] - row["idle_again"], 4) for row in rows]
        found |= {"other_cost": others, "other_median": statistics.median(others)}
    sys.stdout.write(json.dumps(found) + "\n")


@contextlib.contextmanager
def _observed(context: Context) -> Iterator[None]:
    """Watch and probe the lab, and record it, as a drill does."""
    began = time.monotonic()

    def since() -> float:
        return time.monotonic() - began

    with (
        tempfile.TemporaryDirectory(prefix="lab-bench-watch-") as folder,
        Recorder(Path(folder) / "timeline.jsonl", Header(scenario="bench"), since) as recorder,
        observing(context.session, context.remote, context.guard)(recorder, since),
    ):
        time.sleep(WARM_S)
        yield


@contextlib.contextmanager
def _other(context: Context, checkout: Path, seconds: int) -> Iterator[None]:
    """Run the `watch` command of another checkout on this lab."""
    argv = [sys.executable, "-m", "cli.main", "--root", str(context.root), "watch", "--seconds"]
    argv.append(str(seconds + 2 * round(WARM_S)))
    other = threading.Thread(target=command.attached, args=(argv, checkout), kwargs={"to_stderr": True})
    other.start()
    time.sleep(WARM_S)
    yield
    other.join()


def _busy(seconds: float) -> float:
    """The number of processors of this machine that are busy, on average over so many seconds."""
    before, began = free_ticks(STAT.read_text()), time.monotonic()
    time.sleep(seconds)
    after, ended = free_ticks(STAT.read_text()), time.monotonic()
    free = [
        (now - then) / os.sysconf("SC_CLK_TCK") / (ended - began)
        for then, now in zip(before, after, strict=True)
    ]
    return sum(1 - min(1.0, one) for one in free)


def free_ticks(stat: str) -> list[int]:
    """The clock ticks in which each processor did not work for this machine: idle, iowait and steal of /proc/stat.

    The kernel measures the idle time itself. The other times of proc(5) it may only sample, 100 to 1000 times a second,
    and most of the watch's work begins at fixed times: all of it, or none of it, can fall between two samples.
    """
    rows = (line.split() for line in stat.splitlines() if re.match(r"cpu\d", line))
    return [int(row[4]) + int(row[5]) + int(row[8]) for row in rows]
