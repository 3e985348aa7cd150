"""Measures idle labs on this machine: memory of their nodes and processor time; and how many labs fit a server."""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from benchmarks.build_times import STAT, cpu_seconds
from benchmarks.markdown import markdown_table
from benchmarks.measurements import Key, Measurement, MeasurementsFile, counted
from drill.observe.contention import Contention
from inventory.waiting import Clock

IDLE = "idle"
KEPT_MB = 2048
"""The memory of a server that is kept for the system and for a drill of some labs (MiB)."""
IDLE_SHARE = 0.5
"""Idle labs may take this share of the processors; the rest is for builds and drills."""
OTHER_WORK, FULL = 0.25, 0.95
"""Other programs may take this share of the processors while no lab runs. From the second share on, the processors are
full: what the labs would need is then not known."""


@dataclass(frozen=True)
class Labs:
    """The labs of one folder. `up` boots the lab with a number, `memory_mb` is the memory of all nodes of it (MiB)."""

    up: Callable[[int], None]
    memory_mb: Callable[[int], int]
    down: Callable[[], None]


@dataclass(frozen=True)
class Figures:
    """What one lab costs while nothing happens: memory of its nodes (MiB), and processors (1: one of them is busy)."""

    memory_mb: float
    processors: float

    def fit(self, memory_gb: float, processors: int) -> int:
        """How many idle labs a server with so much memory (GiB) and so many processors takes."""
        by_memory = (memory_gb * 1024 - KEPT_MB) / self.memory_mb if self.memory_mb > 0 else math.inf
        by_time = processors * IDLE_SHARE / self.processors if self.processors > 0 else math.inf
        found = min(by_memory, by_time)
        return 0 if math.isinf(found) else max(0, math.floor(found))


def setting(count: int) -> str:
    """The setting of a number of labs in the results file."""
    return f"{count} labs"


def described(document: Mapping[str, Any], network: str, labs: str) -> dict[str, Any]:
    """The content of lab.yaml with a /24 network for the first lab and a range for the others."""
    found = deepcopy(dict(document))
    first = network.rsplit(".", 1)[0]
    found["network"], found["labs"], found["vip"] = network, labs, f"{first}.10"
    for number, node in enumerate(found["nodes"], 11):
        node["address"] = f"{first}.{number}"
    if "witness" in found:
        found["witness"]["address"] = f"{first}.{11 + len(found['nodes'])}"
    return found


@dataclass
class IdleRuns:
    """Makes the measurements that the file lacks, from the fewest labs to the most. `stat` gives /proc/stat's text."""

    labs: Labs
    file: MeasurementsFile
    clock: Clock
    window: float
    """How long the labs are watched while nothing happens (seconds)."""
    on_row: Callable[[Measurement], None] = lambda row: None
    stat: Callable[[], str] = STAT.read_text
    processors: int = field(default_factory=lambda: os.cpu_count() or 1)
    wall: Callable[[], float] = time.time

    def run(self, counts: Sequence[int], repeat: int) -> None:
        """Measure without a lab, then with each number of labs; all labs are removed in the end. Raises LabError."""
        wanted = [Key(setting(n), IDLE, number) for n in (0, *sorted(counts)) for number in range(repeat)]
        missing = self.file.missing(wanted)
        up: list[int] = []
        try:
            for key in missing:
                count = int(key.setting.split()[0])
                for number in range(len(up) + 1, count + 1):
                    up.append(number)
                    self.labs.up(number)
                self._measure(key, count)
        finally:
            if up:
                self.labs.down()

    def _measure(self, key: Key, count: int) -> None:
        contention = Contention(self.clock.now)
        contention.begin()
        before, began = cpu_seconds(self.stat()), self.clock.now()
        self.clock.sleep(self.window)
        seconds, cpu_s = self.clock.now() - began, cpu_seconds(self.stat()) - before
        found = {
            "seconds": round(seconds, 2),
            "cpu_s": round(cpu_s, 2),
            "contention": contention.share(),
            "memory_mb": sum(self.labs.memory_mb(number) for number in range(1, count + 1)),
            "doubt": doubt(count, cpu_s / seconds, self.processors),
        }
        at = datetime.fromtimestamp(self.wall(), timezone.utc)
        self.on_row(self.file.add(key, float(count), at, found))


def doubt(count: int, busy: float, processors: int) -> str:
    """Why the processor time of a measurement says nothing about the labs; "" when it does."""
    if count == 0 and busy > OTHER_WORK * processors:
        return f"other programs keep {busy:.2f} of {processors} processors busy"
    if busy >= FULL * processors:
        return f"all {processors} processors are busy: how many more are needed cannot be told"
    return ""


def figures(rows: Sequence[Measurement]) -> Figures | None:
    """The cost of one lab, from the largest number of labs and from the time without any; None when one is missing."""
    good = counted(rows)
    most = max((row.value for row in good), default=0.0)
    without, with_ = _busy(good, 0.0), _busy(good, most)
    memory = [row.memory_mb for row in good if row.value == most and row.memory_mb]
    if most == 0 or without is None or with_ is None or not memory:
        return None
    return Figures(statistics.median(memory) / most, max(0.0, with_ - without) / most)


def _busy(rows: Sequence[Measurement], count: float) -> float | None:
    """How many processors were busy with a number of labs: the median."""
    found = [
        row.cpu_s / row.seconds
        for row in rows
        if row.value == count and row.cpu_s is not None and row.seconds
    ]
    return statistics.median(found) if found else None


def table(rows: Sequence[Measurement]) -> str:
    """The measurements of each number of labs as a table of Markdown: medians."""
    good = counted(rows)
    lines = []
    for count in sorted({row.value for row in good}):
        mine = [row for row in good if row.value == count]
        busy, contention = _busy(good, count), [row.contention for row in mine if row.contention is not None]
        lines.append(
            [
                f"{count:g}",
                str(len(mine)),
                f"{statistics.median(row.memory_mb or 0 for row in mine):.0f} MiB",
                "-" if busy is None else f"{busy:.2f}",
                f"{100 * statistics.median(contention):.0f} %" if contention else "-",
            ]
        )
    return markdown_table(
        ("labs", "counted", "memory of the nodes", "busy processors", "waiting for a processor"), lines
    )


def conclusion(rows: Sequence[Measurement], memory_gb: float, processors: int) -> str:
    """How many labs fit a server, in words."""
    found = figures(rows)
    if found is None:
        return "Not enough was measured to say how many labs fit."
    fits = found.fit(memory_gb, processors)
    return (
        f"One idle lab: {found.memory_mb:.0f} MiB and {found.processors:.3f} processors. "
        f"A server with {memory_gb:g} GiB and {processors} processors takes {fits} labs: "
        f"{KEPT_MB} MiB are kept for the system, and idle labs may take {IDLE_SHARE:.0%} of the processors."
    )
