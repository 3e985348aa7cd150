"""`./lab bench peers`: measures keepalived on two containers with the drill's probe, to compare it with the cluster."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from benchmarks import peers as measured
from benchmarks.figures import figures, in_words, table
from benchmarks.measurements import Measurement, MeasurementsFile
from benchmarks.peer_faults import FAULTS
from cli.bench import GROUP
from cli.console import Output
from cli.context import context_of
from cli.number_list import number_list
from cli.progress import ConsoleProgress
from drill.execute import signals
from drill.observe.http_probe import Probe, ProbeSettings
from drill.observe.lateness import LatenessWatch
from inventory import files
from inventory.errors import ConfigError
from inventory.homes import STATE
from inventory.host import routes
from inventory.providers.base import LabFolder
from inventory.providers.bench_nodes import ContainerNodes, platform_with
from inventory.providers.removal import PEERS
from inventory.ranges import PRIVATE_NETWORKS

out = Output()
NETWORK = "198.19.255.0/24"
"""The peers' network: the end of the range that RFC 2544 sets aside for benchmarks."""

LOCK, BUSY = "peers.lock", "Another ./lab bench peers is running (process {pid})."


def register(app: typer.Typer) -> None:
    """Add the command to `./lab bench`."""
    GROUP.command()(peers)


def peers(
    ctx: typer.Context,
    *,
    adverts: Annotated[str, typer.Option(help="Values of advert_int in seconds, with commas.")] = "1,0.1",
    repeat: Annotated[int, typer.Option(min=1, max=1000, help="How many times each is measured.")] = 20,
    faults: Annotated[str, typer.Option(help="What is measured, with commas.")] = ",".join(FAULTS),
    hz: Annotated[int, typer.Option(min=5, max=100, help="Requests a second.")] = 50,
    network: Annotated[str, typer.Option(help="The network of the two containers.")] = NETWORK,
    minutes: Annotated[float, typer.Option(min=0.1, help="Begin no measurement after this time.")] = 600.0,
    output: Annotated[
        Path | None, typer.Option(help="The results, one a line; only missing ones are measured.")
    ] = None,
) -> None:
    """Measure keepalived (VRRP 3, unicast, nopreempt) on two containers: stop, halt, freeze and partition.

    The results are in docs/results/peers.jsonl. The lab itself is not needed and not touched.
    """
    context, console = context_of(ctx), ConsoleProgress()
    two = replace(context.lab, nodes=context.lab.nodes[:2], drill=replace(context.lab.drill, probe_hz=hz))
    lab = measured.peer_lab(two, private_network(network, NETWORK))
    intervals, what = _intervals(adverts), _faults(faults)
    folder = LabFolder(context.home / STATE / PEERS, lab)
    path = output or context.root / "docs" / "results" / "peers.jsonl"
    platform = platform_with(lab.platform, folder, [measured.PACKAGE])
    conditions = {
        "platform": platform.name,
        "stack": measured.PACKAGE,
        "probe_hz": hz,
        "probe_timeout_s": lab.probe_timeout_s,
    }
    file = MeasurementsFile(path, conditions)
    nodes = ContainerNodes(folder, platform, context.clock, console.say)
    settings = replace(ProbeSettings.of(lab), keepalive_hz=0.0)

    def guard() -> None:
        routes.require(lab.vip, nodes.is_own, lab)

    def tell(row: Measurement) -> None:
        doubt = f"; does not count: {row.doubt}" if row.doubt else ""
        both = in_words(row.two_owners)
        console.say(
            f"{row.setting}, {row.what} {row.number + 1}: outage {in_words(row.outage)}, two owners {both}{doubt}"
        )

    end = time.monotonic() + 60 * minutes
    with files.lock_now(context.home / STATE / LOCK, BUSY, "Wait for it, or stop it."), _made(nodes):
        runs = measured.PeerRuns(
            lab,
            nodes,
            file,
            platform.web_process,
            platform.web_service,
            context.clock,
            lambda since, on_sample: Probe(settings, since, on_sample, guard),
            LatenessWatch,
            tell,
        )
        whole = runs.run(intervals, repeat, lambda: time.monotonic() > end, what)
    out.print(escape(table(figures(file.rows))))
    console.say(f"results: {path}")
    if not whole:
        console.say("Some measurements are missing: the same command makes them.")
    raise typer.Exit(0 if whole else 1)


@contextlib.contextmanager
def _made(nodes: ContainerNodes) -> Iterator[None]:
    """The containers exist inside the block, and are removed after it, also after an error or a signal."""
    with signals.interruptible():
        try:
            nodes.make()
            yield
        finally:
            with signals.undisturbed():
                nodes.remove()


def private_network(text: str, example: str) -> IPv4Network:
    """Parse --network: a private network. Raises ConfigError."""
    try:
        found = IPv4Network(text)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise ConfigError(f"--network {text}: {error}", hint=f"For example --network {example}.") from None
    if not any(found.subnet_of(one) for one in PRIVATE_NETWORKS):
        ranges = ", ".join(map(str, PRIVATE_NETWORKS))
        raise ConfigError(f"--network {text}: it is no private network.", hint=f"One inside of {ranges}.")
    return found


def _faults(text: str) -> list[str]:
    found = [word.strip() for word in text.split(",") if word.strip()]
    if unknown := [word for word in found if word not in FAULTS]:
        raise ConfigError(
            f"--faults {unknown[0]}: there is no such fault.", hint=f"One of {', '.join(FAULTS)}."
        )
    return found


def _intervals(text: str) -> list[float]:
    found = number_list("--adverts", text, float, "1,0.1")
    if bad := [one for one in found if not 0.01 <= one <= 40]:
        raise ConfigError(
            f"--adverts: {bad[0]:g} s: VRRP 3 has no such interval.",
            hint="From 0.01 to 40 (seconds; RFC 5798).",
        )
    return found
