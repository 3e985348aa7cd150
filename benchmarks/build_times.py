"""Measures how long several ways to build the cluster take. A build starts without machines, and ends with the page."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks.markdown import markdown_table, median_s
from benchmarks.measurements import Key, Measurement, MeasurementsFile, counted
from drill.observe.contention import Contention
from inventory.errors import LabError
from inventory.waiting import Clock

WHAT = "up"
STAT = Path("/proc/stat")
MOST_FAILURES = 3
"""After this number of failures in a row the benchmark ends."""


@dataclass(frozen=True)
class Way:
    """One way to build the cluster. `build` returns the seconds of its parts, by name; only `build` is measured."""

    name: str
    build: Callable[[], Mapping[str, float]]
    before: Callable[[], None]
    after: Callable[[], None] = lambda: None


def cpu_seconds(stat: str) -> float:
    """The processor time of all programs since the boot, from the text of /proc/stat (proc(5))."""
    user, nice, system, _, _, irq, softirq = (int(word) for word in stat.split(None, 8)[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


@dataclass
class BuildTimes:
    """Makes the measurements that the file lacks. `stat` gives the text of /proc/stat."""

    ways: Sequence[Way]
    file: MeasurementsFile
    clock: Clock
    on_row: Callable[[Measurement], None] = lambda row: None
    stat: Callable[[], str] = STAT.read_text
    wall: Callable[[], float] = time.time
    _failures: int = field(default=0, init=False)

    def run(self, repeat: int, enough: Callable[[], bool]) -> bool:
        """Measure the ways alternately, each `repeat` times, until `enough` is true. Return whether all are there."""
        by_name = {one.name: one for one in self.ways}
        wanted = [Key(name, WHAT, number) for number in range(repeat) for name in by_name]
        for key in self.file.missing(wanted):
            if enough():
                return False
            at = datetime.fromtimestamp(self.wall(), timezone.utc)
            found = self._measured(by_name[key.setting])
            self.on_row(self.file.add(key, float(list(by_name).index(key.setting)), at, found))
        return True

    def _measured(self, way: Way) -> dict[str, Any]:
        contention = Contention(self.clock.now)
        seconds: float | None = None
        cpu_s: float | None = None
        parts: Mapping[str, float] = {}
        doubt = ""
        try:
            way.before()
            contention.begin()
            before, began = cpu_seconds(self.stat()), self.clock.now()
            parts = way.build()
            seconds = round(self.clock.now() - began, 2)
            cpu_s = round(cpu_seconds(self.stat()) - before, 2)
        except LabError as error:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                raise
            doubt = f"it could not be measured: {error.message}"
        else:
            self._failures = 0
        finally:
            share = contention.share()
            way.after()
        return {"seconds": seconds, "parts": parts, "cpu_s": cpu_s, "contention": share, "doubt": doubt}


def table(rows: Sequence[Measurement]) -> str:
    """The figures of each way as a table of Markdown: medians, and the shortest and the longest build."""
    good = [row for row in counted(rows) if row.seconds is not None]
    ways = dict.fromkeys(row.setting for row in sorted(rows, key=lambda row: row.value))
    names = dict.fromkeys(name for row in good for name in row.parts)
    head = ("way", "counted", "median", "shortest", "longest", *names, "processor time", "contention")
    lines: list[list[str]] = []
    for way in ways:
        mine = [row for row in good if row.setting == way]
        lengths = [row.seconds for row in mine if row.seconds is not None]
        parts = [median_s([row.parts[name] for row in mine if name in row.parts]) for name in names]
        cpu = median_s([row.cpu_s for row in mine if row.cpu_s is not None])
        shares = [row.contention for row in mine if row.contention is not None]
        ends = [f"{one:.1f} s" for one in (min(lengths), max(lengths))] if lengths else ["-", "-"]
        waited = f"{100 * statistics.median(shares):.0f} %" if shares else "-"
        lines.append([way, str(len(mine)), median_s(lengths), *ends, *parts, cpu, waited])
    return markdown_table(head, lines)
