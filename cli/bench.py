"""`./lab bench`: how long the lab's own doings take, with every single number. Never part of the tests."""

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
"""What is done before each run, untimed: no machines; the state after step 6.1, from where all later steps are made."""


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(bench)


def bench(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(help="up (from no machines), provision, reset, status")] = "status",
    repeat: Annotated[int, typer.Option(min=1, max=100)] = 3,
) -> None:
    """Time a command of the lab as a user would run it; one JSON object with the raw seconds on stdout."""
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
