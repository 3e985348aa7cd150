"""`./lab bench labs`: the memory and the processor time of several idle labs, in a folder of their own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.markup import escape

from benchmarks import many_labs as measured
from benchmarks.many_labs import IdleRuns, Labs
from benchmarks.measurements import Measurement, MeasurementsFile
from benchmarks.sizes import lab_folder
from cli.bench import GROUP, memory_mb, output_of
from cli.console import Output
from cli.context import Context, context_of
from cli.number_list import number_list
from cli.progress import ConsoleProgress
from cluster import feasible
from drill.execute import signals
from inventory import files, homes
from inventory.config import lab_yaml
from inventory.errors import ConfigError
from inventory.homes import STATE
from inventory.host import room

out = Output()
NETWORK, LABS = "198.19.252.0/24", "198.19.0.0/17"
"""The network of the first of these labs, and the range of the others, both reserved for benchmarks (RFC 2544)."""
FOLDER = "many"
LOCK, BUSY = "many.lock", "Another ./lab bench labs is running (process {pid})."


def register(app: typer.Typer) -> None:
    """Add the command to `./lab bench`."""
    GROUP.command()(labs)


def labs(
    ctx: typer.Context,
    *,
    counts: Annotated[str, typer.Option(help="How many labs, with commas.")] = "1,2,4,8",
    repeat: Annotated[int, typer.Option(min=1, max=20, help="How many times each number is measured.")] = 3,
    seconds: Annotated[
        float, typer.Option(min=1, max=600, help="How long the idle labs are watched.")
    ] = 30.0,
    memory_gb: Annotated[
        float, typer.Option(min=1, help="The memory of the server in question (GiB).")
    ] = 16.0,
    processors: Annotated[int, typer.Option(min=1, help="The processors of the server in question.")] = 8,
    output: Annotated[
        Path | None, typer.Option(help="The file of results; only missing results are measured.")
    ] = None,
) -> None:
    """Measure idle labs: memory of their nodes and busy processors; then say how many fit a server.

    The labs are in a folder of their own and are removed afterwards. The results go to docs/results/labs.jsonl.
    """
    context, console = context_of(ctx), ConsoleProgress()
    wanted = sorted(set(number_list("--counts", counts, int, "1,2,4,8")))
    most = (os.cpu_count() or 1) * room.IDLE_LABS_PER_PROCESSOR
    if bad := [one for one in wanted if not 1 <= one <= min(most, homes.MOST)]:
        raise ConfigError(
            f"--counts: {bad[0]}: this machine runs 1 to {most} idle labs"
            f" ({room.IDLE_LABS_PER_PROCESSOR} for each processor).",
            hint=f"--counts 1,2,{most}",
        )
    text = yaml.safe_dump(measured.described(context.document, NETWORK, LABS), sort_keys=False)
    lab_yaml.parse(text, "lab.yaml of the benchmark", judge=feasible.problems)
    provider = context.machines.choose(context.lab.provider)
    conditions = {
        "platform": provider.system(context.lab.platform, context.lab).name,
        "provider": provider.name,
        "processors": os.cpu_count(),
    }
    path = output or context.root / "docs" / "results" / "labs.jsonl"

    def tell(row: Measurement) -> None:
        busy = (row.cpu_s or 0) / (row.seconds or 1)
        doubt = f"; does not count: {row.doubt}" if row.doubt else ""
        console.say(f"{row.setting} {row.number + 1}: {row.memory_mb} MiB, {busy:.2f} processors busy{doubt}")

    runs = IdleRuns(_labs(context, text), MeasurementsFile(path, conditions), context.clock, seconds, tell)
    with (
        files.lock_now(context.home / STATE / LOCK, BUSY, "Wait for it, or stop it."),
        signals.interruptible(),
    ):
        runs.run(wanted, repeat)
    out.print(escape(measured.table(runs.file.rows)))
    out.print(escape(measured.conclusion(runs.file.rows, memory_gb, processors)))
    console.say(f"results: {path}")


def _labs(context: Context, text: str) -> Labs:
    """The labs of a folder of their own: the commands of ./lab in it."""
    folder = context.home / STATE / FOLDER
    hint = f"./lab --in {folder} labs shows the labs of the benchmark."

    def up(number: int) -> None:
        lab_folder(homes.CODE, folder, text)
        output_of(folder, number, "up", hint=hint)

    def down() -> None:
        with signals.undisturbed():
            output_of(folder, homes.FIRST, "down", "--all", hint=hint)

    return Labs(up, lambda number: memory_mb(folder, number), down)
