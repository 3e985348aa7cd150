"""`./lab bench`: measures how long commands of the lab take, and prints each measured value. Not part of the tests."""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Annotated

import typer

from cli.context import Context, context_of
from cli.overview import look
from inventory.errors import ConfigError
from inventory.host import command

WHAT = ("up", "provision", "reset", "status")
BEFORE = {"up": ("down",), "reset": ("reset", "floating-address")}
"""The command before each run, which is not measured: `down`; or `reset` to the state after step 6.1."""


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(bench)


def bench(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(help="up (without machines before it), provision, reset, status")
    ] = "status",
    repeat: Annotated[int, typer.Option(min=1, max=100)] = 3,
) -> None:
    """Measure a command of the lab as a user would run it; prints one JSON object with all seconds on stdout."""
    context = context_of(ctx)
    if what not in WHAT:
        raise ConfigError(f"There is no benchmark {what!r}.", hint=f"One of: {', '.join(WHAT)}")
    seconds = []
    for _ in range(repeat):
        if what in BEFORE:
            _lab(context, *BEFORE[what])
        began = time.monotonic()
        _lab(context, what)
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


def _lab(context: Context, *words: str) -> None:
    status = command.attached([str(context.root / "lab"), *words], context.root, to_stderr=True)
    if status:
        raise typer.Exit(status)
