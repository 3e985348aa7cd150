"""`./lab bench size`: labs of several sizes, built one after the other in folders of their own and removed again."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.markup import escape

from benchmarks import sizes as measured
from benchmarks.measurements import Interval, Measurement, MeasurementsFile
from benchmarks.sizes import Lab, SizeRuns
from cli.bench import GROUP, Repeat, memory_mb, output_of
from cli.bench_peers import private_network
from cli.bench_up import machines_s
from cli.console import Output
from cli.context import Context, context_of
from cli.number_list import number_list
from cli.progress import ConsoleProgress
from cluster import feasible
from drill.checks.verdict import PASS
from drill.execute import signals
from drill.report import run_folder
from inventory import files, homes
from inventory.config import lab_yaml
from inventory.errors import ConfigError
from inventory.homes import STATE
from inventory.log import NAME as LOG_FILE
from inventory.sizes import LEAST_NODES, MOST_NODES

out = Output()
NETWORK = "198.19.253.0/24"
"""The network of these labs, in the range that RFC 2544 reserves for benchmarks."""
FOLDER = "sizes"
LOCK, BUSY = "sizes.lock", "Another ./lab bench size is running (process {pid})."


def register(app: typer.Typer) -> None:
    """Add the command to `./lab bench`."""
    GROUP.command()(size)


def size(
    ctx: typer.Context,
    *,
    nodes: Annotated[str, typer.Option(help="The numbers of nodes, with commas.")] = "2,3,5,8",
    repeat: Repeat = 3,
    network: Annotated[str, typer.Option(help="The network of these labs.")] = NETWORK,
    minutes: Annotated[float, typer.Option(min=0.1, help="Begin no measurement after this time.")] = 600.0,
    output: Annotated[
        Path | None, typer.Option(help="The file of results; only missing results are measured.")
    ] = None,
) -> None:
    """Measure labs with several numbers of nodes: `./lab up`, memory, and the outage of two failovers.

    Each lab has a folder of its own and is removed afterwards; the lab of this folder is not touched. The results go to
    docs/results/size.jsonl; a table is printed.
    """
    context, console = context_of(ctx), ConsoleProgress()
    wanted = _sizes(nodes)
    net = private_network(network, NETWORK)
    texts = {}
    for count in wanted:
        if net.num_addresses < 2 * (measured.FIRST_HOST + count):
            raise ConfigError(f"--network {net}: it is too small.", hint=f"For example --network {NETWORK}.")
        text = yaml.safe_dump(measured.described(context.document, count, net), sort_keys=False)
        lab_yaml.parse(text, f"lab.yaml with {count} nodes", judge=feasible.problems)
        texts[count] = text
    path = output or context.root / "docs" / "results" / "size.jsonl"
    provider = context.machines.choose(context.lab.provider)
    conditions = {
        "platform": provider.system(context.lab.platform, context.lab).name,
        "provider": provider.name,
        "token_ms": context.lab.corosync.token_ms,
    }

    def tell(row: Measurement) -> None:
        seconds = row.seconds if row.outage is None else row.outage[0]
        doubt = f"does not count: {row.doubt}" if row.doubt else f"{seconds:.1f} s"
        console.say(f"{row.setting}, {row.what} {row.number + 1}: {doubt}")

    end = time.monotonic() + 60 * minutes
    runs = SizeRuns(
        lambda count: _lab(context, count, texts[count]),
        MeasurementsFile(path, conditions),
        replace(context.clock, patience=1.0),
        tell,
    )
    with (
        files.lock_now(context.home / STATE / LOCK, BUSY, "Wait for it, or stop it."),
        signals.interruptible(),
    ):
        whole = runs.run(wanted, repeat, lambda: time.monotonic() > end)
    out.print(escape(measured.table(runs.file.rows)))
    console.say(f"results: {path}")
    if not whole:
        console.say("Some measurements are missing: the same command makes them.")
    raise typer.Exit(0 if whole else 1)


def _sizes(text: str) -> list[int]:
    found = number_list("--nodes", text, int, "2,3,5,8")
    if bad := [one for one in found if not LEAST_NODES <= one <= MOST_NODES]:
        raise ConfigError(
            f"--nodes: {bad[0]}: not a possible number.", hint=f"From {LEAST_NODES} to {MOST_NODES} nodes."
        )
    return found


def _lab(context: Context, count: int, text: str) -> Lab:
    """The lab of a size: the commands of ./lab in its folder."""
    folder = context.home / STATE / FOLDER / str(count)

    def run(*words: str, expected: Sequence[int] = (0,)) -> str:
        hint = f"{folder / STATE / LOG_FILE} has its commands."
        return output_of(folder, homes.FIRST, *words, expected=expected, hint=hint)

    def up() -> dict[str, float]:
        log = folder / STATE / LOG_FILE
        before, began = len(machines_s(log)), time.monotonic()
        run("up")
        seconds = time.monotonic() - began
        machines = sum(machines_s(log)[before:])
        return {"machines": round(machines, 2), "cluster": round(seconds - machines, 2)}

    def drill(scenarios: Sequence[str]) -> Mapping[str, Interval | str]:
        run("drill", *scenarios, expected=(0, 1))
        newest = max((folder / "runs").iterdir())
        return outages((newest / run_folder.VERDICTS).read_text(encoding="utf-8"))

    def down() -> None:
        measured.lab_folder(homes.CODE, folder, text)
        with signals.undisturbed():
            run("down")

    return Lab(up, lambda: memory_mb(folder, homes.FIRST), drill, down)


def outages(text: str) -> dict[str, Interval | str]:
    """The longest outage of each record in a verdicts.json, or why it is in doubt: its verdict is not PASS."""
    found: dict[str, Interval | str] = {}
    for one in json.loads(text)["scenarios"]:
        seen = one["outage"] or {"least": 0.0, "most": 0.0}
        least, most = round(seen["least"], 3), seen["most"]
        length = (least, None if most is None else round(most, 3))
        found[one["scenario"]] = (
            length if one["status"] == PASS else f"the drill's verdict is {one['status']}"
        )
    return found
