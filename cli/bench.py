"""`./lab bench`: benchmarks. These measure how long commands of the lab take; others are in modules of their own.

Not part of the tests. A module with more benchmarks adds its commands to GROUP in its own `register`.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.context import Context, context_of
from cli.help_texts import TranslatedGroup
from cli.overview import look
from inventory import homes
from inventory.errors import LabError
from inventory.host import command

GROUP = typer.Typer(
    cls=TranslatedGroup,
    no_args_is_help=True,
    help="Benchmarks. Each prints its measured values or adds them to a file.",
)
"""The commands below `./lab bench`."""
WHAT = {
    "provision": "Measure `./lab provision`.",
    "reset": "Measure `./lab reset`, from the state after step 6.1.",
    "status": "Measure `./lab status`.",
}
BEFORE = {"up": ("down",), "reset": ("reset", "floating-address")}
"""The command before each run, which is not measured: `down`; or `reset` to the state after step 6.1."""
MORE = ("address", "fencing", "labs", "prediction", "report", "watch", "peers", "token", "up", "size")
"""The benchmarks in modules of their own (cli/bench_NAME.py), in the order of the help page."""
DEADLINE_S = 3600
"""The longest time of one command of another folder's lab (seconds)."""
Repeat = Annotated[int, typer.Option(min=1, max=100, help="How many times it is measured.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    for what, text in WHAT.items():
        GROUP.command(what, help=f"{text} Prints one JSON object with all seconds on stdout.")(
            _measured(what)
        )
    for one in MORE:
        import_module(f"cli.bench_{one}").register(app)
    app.add_typer(GROUP, name="bench")


def _measured(what: str) -> Callable[[typer.Context, int], None]:
    def measure(ctx: typer.Context, repeat: Repeat = 3) -> None:
        seconds_of(context_of(ctx), what, repeat)

    return measure


def seconds_of(context: Context, what: str, repeat: int) -> None:
    """Run a command of the lab as a user would run it, and print its times."""
    seconds = []
    for _ in range(repeat):
        if what in BEFORE:
            run_lab(context, *BEFORE[what])
        began = time.monotonic()
        run_lab(context, what)
        seconds.append(round(time.monotonic() - began, 2))
    seen = look(context)
    memory = [one.memory_mb for one in seen.nodes]
    sys.stdout.write(
        json.dumps(
            {
                "benchmark": what,
                "seconds": seconds,
                "median": statistics.median(seconds),
                "most": max(seconds),
                "memory_mb": memory,
                "healthy": not seen.troubles,
            }
        )
        + "\n"
    )


def output_of(folder: Path, number: int, *words: str, expected: Sequence[int] = (0,), hint: str = "") -> str:
    """The output of a command of another folder's lab. Raises LabError when its exit status is not an expected one."""
    argv = [str(homes.CODE / "lab"), "--root", str(folder), "--lab", str(number), *words]
    done = command.run(argv, deadline=DEADLINE_S)
    if done.status not in expected:
        raise LabError(
            f"./lab --in {folder} --lab {number} {' '.join(words)}: exit {done.status}: {done.last()}",
            hint=hint,
        )
    return done.out


def memory_mb(folder: Path, number: int) -> int:
    """The memory of all nodes of another folder's lab (MiB)."""
    status: dict[str, Any] = json.loads(output_of(folder, number, "status", "--json"))
    return sum(node["memory_mb"] or 0 for node in status["nodes"])


def run_lab(context: Context, *words: str) -> None:
    """Run a command of the lab as a user would run it. Raises typer.Exit with its status when that is not 0."""
    argv = [str(homes.CODE / "lab"), "--in", str(context.root), "--lab", str(context.number), *words]
    status = command.attached(argv, context.root, to_stderr=True)
    if status:
        raise typer.Exit(status)
