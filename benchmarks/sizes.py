"""Measures labs of several sizes, each in a folder of its own: how long they take to build and to fail over; memory."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timezone
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from benchmarks.build_times import STAT, cpu_seconds
from benchmarks.markdown import markdown_table, median_s
from benchmarks.measurements import Interval, Key, Measurement, MeasurementsFile, counted
from drill.observe.contention import Contention
from inventory.errors import LabError
from inventory.waiting import Clock

BUILD = "up"
FAILOVERS = ("freeze", "standby")
"""The scenarios: a node is lost, which the others notice by the token; and a move that does not wait for the token."""
FIRST_HOST = 10
"""The floating address is this host of the network; the nodes follow."""
MOST_FAILURES = 3
"""After this number of failures in a row the benchmark ends."""


@dataclass(frozen=True)
class Lab:
    """One lab of a size.

    `up` gives the seconds of its parts by name, `memory_mb` the memory of all nodes together (MiB). `drill` gives the
    longest outage of each scenario, or why it is in doubt.
    """

    up: Callable[[], Mapping[str, float]]
    memory_mb: Callable[[], int]
    drill: Callable[[Sequence[str]], Mapping[str, Interval | str]]
    down: Callable[[], None]


def setting(nodes: int) -> str:
    """The setting of a size in the results file."""
    return f"{nodes} nodes"


def described(document: Mapping[str, Any], nodes: int, network: IPv4Network) -> dict[str, Any]:
    """The content of lab.yaml with another number of nodes, in another network; all else is as in lab.yaml.

    Nodes that lab.yaml does not have are called nodeN, in the domain of the first node.
    """
    found = deepcopy(dict(document))
    names = [str(node["name"]) for node in found["nodes"]][:nodes]
    domain = names[0].partition(".")[2]
    more = (f"node{number}.{domain}" for number in range(1, 2 * nodes + 1))
    names += [name for name in more if name not in names][: nodes - len(names)]
    found["network"], found["vip"] = str(network), str(network[FIRST_HOST])
    found["nodes"] = [
        {"name": name, "address": str(network[FIRST_HOST + number])} for number, name in enumerate(names, 1)
    ]
    found["corosync"].pop("consensus_ms", None)
    if nodes > 2:
        found["corosync"]["two_node"] = False
    return found


@dataclass
class SizeRuns:
    """Makes the measurements that the file lacks. `lab` gives the lab of a size; `stat` the text of /proc/stat."""

    lab: Callable[[int], Lab]
    file: MeasurementsFile
    clock: Clock
    on_row: Callable[[Measurement], None] = lambda row: None
    stat: Callable[[], str] = STAT.read_text
    wall: Callable[[], float] = time.time
    _failures: int = field(default=0, init=False)

    def run(self, sizes: Sequence[int], repeat: int, enough: Callable[[], bool]) -> bool:
        """Measure each size `repeat` times, until `enough` is true. Return whether all measurements are there."""
        for number in range(repeat):
            for nodes in sizes:
                keys = [Key(setting(nodes), what, number) for what in (BUILD, *FAILOVERS)]
                missing = self.file.missing(keys)
                if missing and enough():
                    return False
                if missing:
                    self._measure(nodes, missing)
        return not self.file.missing(
            Key(setting(nodes), what, number)
            for number in range(repeat)
            for nodes in sizes
            for what in (BUILD, *FAILOVERS)
        )

    def _measure(self, nodes: int, missing: Sequence[Key]) -> None:
        """Build a lab of this size, let it fail over, remove it, and keep the measurements that are missing."""
        lab, wanted = self.lab(nodes), {key.what: key for key in missing}
        try:
            lab.down()  # of an earlier measurement that was killed
            found = self._build(lab)
            scenarios = [name for name in FAILOVERS if name in wanted]
            outages = lab.drill(scenarios) if scenarios else {}
        except LabError as error:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                raise
            self._keep(nodes, missing[0], {"doubt": f"it could not be measured: {error.message}"})
            return
        finally:
            lab.down()
        self._failures = 0
        if BUILD in wanted:
            self._keep(nodes, wanted[BUILD], found)
        for name in scenarios:
            seen = outages.get(name, "the drill has no record of it")
            self._keep(nodes, wanted[name], {"doubt": seen} if isinstance(seen, str) else {"outage": seen})

    def _build(self, lab: Lab) -> dict[str, Any]:
        contention = Contention(self.clock.now)
        contention.begin()
        before, began = cpu_seconds(self.stat()), self.clock.now()
        parts = lab.up()
        found = {
            "seconds": round(self.clock.now() - began, 2),
            "parts": parts,
            "cpu_s": round(cpu_seconds(self.stat()) - before, 2),
            "contention": contention.share(),
        }
        return {**found, "memory_mb": lab.memory_mb()}

    def _keep(self, nodes: int, key: Key, found: Mapping[str, Any]) -> None:
        at = datetime.fromtimestamp(self.wall(), timezone.utc)
        self.on_row(self.file.add(key, float(nodes), at, found))


def lab_folder(root: Path, folder: Path, text: str) -> None:
    """Make a folder with a lab.yaml and the Vagrantfile of `root`: ./lab --root FOLDER works in it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lab.yaml").write_text(text, encoding="utf-8")
    link = folder / "Vagrantfile"
    if not link.exists():
        os.symlink(root / "Vagrantfile", link)


def table(rows: Sequence[Measurement]) -> str:
    """The figures of each size as a table of Markdown: medians."""
    good = counted(rows)
    parts = list(dict.fromkeys(name for row in good for name in row.parts))
    head = ("nodes", "counted", "up", *parts, "memory", *(f"outage: {name}" for name in FAILOVERS))
    lines: list[list[str]] = []
    for nodes in sorted({row.value for row in rows}):
        mine = [row for row in good if row.value == nodes]
        builds = [row for row in mine if row.what == BUILD]
        memory = [row.memory_mb for row in builds if row.memory_mb is not None]
        cells = [
            f"{nodes:g}",
            str(len(builds)),
            median_s([row.seconds for row in builds if row.seconds is not None]),
            *(median_s([row.parts[name] for row in builds if name in row.parts]) for name in parts),
            f"{statistics.median(memory):.0f} MiB" if memory else "-",
            *(
                median_s([row.outage[0] for row in mine if row.what == name and row.outage is not None])
                for name in FAILOVERS
            ),
        ]
        lines.append(cells)
    return markdown_table(head, lines)
