"""`./lab bench up`: how long `./lab up` takes, and with --against pcs also how long the ordinary way takes."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from benchmarks import pcs_way
from benchmarks.build_times import BuildTimes, Way, table
from benchmarks.measurements import Measurement, MeasurementsFile
from benchmarks.peers import peer_lab
from cli.bench import GROUP, Repeat, run_lab, seconds_of
from cli.bench_peers import private_network
from cli.console import Output
from cli.context import Context, context_of
from cli.progress import ConsoleProgress
from drill.execute import signals
from inventory import files
from inventory.errors import ConfigError, LabError
from inventory.homes import STATE
from inventory.host import routes
from inventory.log import NAME as LOG_FILE
from inventory.providers.base import LabFolder
from inventory.providers.bench_nodes import ContainerNodes, platform_with
from inventory.providers.removal import PEERS
from status import web_page

out = Output()
NETWORK = "198.19.254.0/24"
"""The network of the containers of the ordinary way, in the range that RFC 2544 reserves for benchmarks."""
LOCK, BUSY = "peers.lock", "Another benchmark with containers is running (process {pid})."
WAYS = ("pcs",)
MACHINES = re.compile(r" status=0 (\d+\.\d+)s vagrant up")


def register(app: typer.Typer) -> None:
    """Add the command to `./lab bench`."""
    GROUP.command()(up)


def up(
    ctx: typer.Context,
    *,
    against: Annotated[
        str, typer.Option(help="pcs: also measure the ordinary way, on containers of the same image.")
    ] = "",
    repeat: Repeat = 3,
    network: Annotated[
        str, typer.Option(help="The network of the containers of the ordinary way.")
    ] = NETWORK,
    minutes: Annotated[float, typer.Option(min=0.1, help="Begin no measurement after this time.")] = 600.0,
    output: Annotated[
        Path | None, typer.Option(help="The file of results; only missing results are measured.")
    ] = None,
) -> None:
    """Measure `./lab up`, starting without machines. Prints one JSON object with all seconds on stdout.

    With --against pcs, `./lab up` and the ordinary way are measured alternately. The ordinary way is: pcs host auth,
    pcs cluster setup --start --wait, the same resources. The results go to docs/results/up.jsonl; a table is printed.
    """
    context = context_of(ctx)
    if not against:
        seconds_of(context, "up", repeat)
        return
    if against not in WAYS:
        raise ConfigError(f"--against {against}: there is no such way.", hint=f"One of: {', '.join(WAYS)}.")
    _beside_pcs(context, repeat, network, minutes, output or context.root / "docs" / "results" / "up.jsonl")


def _beside_pcs(context: Context, repeat: int, network: str, minutes: float, path: Path) -> None:
    console = ConsoleProgress()
    lab = peer_lab(context.lab, private_network(network, NETWORK))
    folder = LabFolder(context.home / STATE / PEERS, lab)
    platform = platform_with(lab.platform, folder, ())
    pcs_way.setup(lab, platform)  # refuses a pcs that is too old
    nodes = ContainerNodes(folder, platform, context.clock, console.say)

    def fetch() -> str:
        routes.require(lab.vip, nodes.is_own, lab)
        return web_page.get(lab.url, lab.patient(web_page.LIMIT_S))

    ordinary = pcs_way.PcsWay(lab, nodes, platform, fetch, context.clock)

    def alone() -> None:
        """Remove the machines of the lab and those of an earlier measurement; the image stays."""
        run_lab(context, "down")
        nodes.remove()

    def of_lab() -> dict[str, float]:
        log = context.home / STATE / LOG_FILE
        before = len(machines_s(log))
        began = time.monotonic()
        try:
            run_lab(context, "up")
        except typer.Exit as error:
            raise LabError(
                f"./lab up ended with {error.exit_code}.", hint="Run ./lab up to see why."
            ) from error
        seconds = time.monotonic() - began
        machines = sum(machines_s(log)[before:])
        return {"machines": machines, "cluster": round(seconds - machines, 2)}

    def of_pcs() -> dict[str, float]:
        with files.lock_now(context.home / STATE / LOCK, BUSY, "Wait for it, or stop it."):
            return ordinary.build()

    def removed() -> None:
        with signals.undisturbed():
            nodes.remove()

    def tell(row: Measurement) -> None:
        doubt = f"does not count: {row.doubt}" if row.doubt else f"{row.seconds:.1f} s"
        console.say(f"{row.setting} {row.number + 1}: {doubt}")

    end = time.monotonic() + 60 * minutes
    conditions = {"platform": platform.name, "provider": context.machines.choose(context.lab.provider).name}
    runs = BuildTimes(
        (Way("pcs, one command after another", of_pcs, alone, removed), Way("./lab up", of_lab, alone)),
        MeasurementsFile(path, conditions),
        replace(context.clock, patience=1.0),
        tell,
    )
    nodes.prepare()
    with signals.interruptible():
        whole = runs.run(repeat, lambda: time.monotonic() > end)
    out.print(escape(table(runs.file.rows)))
    console.say(f"results: {path}")
    if not whole:
        console.say("Some measurements are missing: the same command makes them.")
    raise typer.Exit(0 if whole else 1)


def machines_s(log: Path) -> list[float]:
    """The seconds of each `vagrant up` in the lab's log."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return [float(found) for found in MACHINES.findall(text)]
