"""Computes a benchmark's figures for each setting and kind, from the measurements that count. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.markdown import markdown_table
from benchmarks.measurements import Interval, Measurement, counted


@dataclass(frozen=True)
class Figures:
    """The measurements of one setting and kind. `doubtful` is the number of those that do not count."""

    setting: str
    what: str
    value: float
    rows: tuple[Measurement, ...]
    doubtful: int

    @property
    def count(self) -> int:
        """How many measurements count."""
        return len(self.rows)

    @property
    def outages(self) -> tuple[Interval, ...]:
        """The outages."""
        return tuple(row.outage for row in self.rows if row.outage is not None)

    def times(self, flag: Callable[[Measurement], bool | None]) -> int | None:
        """How many times something was seen; None when it was not recorded."""
        looked = [flag(row) for row in self.rows if flag(row) is not None]
        return sum(map(bool, looked)) if looked else None

    @property
    def lost(self) -> int | None:
        """How many times the node was lost: the false failovers of a node that is well."""
        return self.times(lambda row: row.lost)

    @property
    def lost_share(self) -> float | None:
        """The share of the false failovers (0 to 1); None when they were not recorded."""
        return None if self.lost is None or not self.rows else self.lost / self.count

    @property
    def two_owners(self) -> tuple[Interval, ...]:
        """For how long two nodes held the address at once, of the measurements that recorded it."""
        return tuple(row.two_owners for row in self.rows if row.two_owners is not None)


def figures(rows: Sequence[Measurement]) -> tuple[Figures, ...]:
    """The figures by setting and kind, in the order of the settings' numbers."""
    good = counted(rows)
    groups = dict.fromkeys((row.value, row.setting, row.what) for row in rows)
    return tuple(
        Figures(
            setting,
            what,
            value,
            tuple(row for row in good if (row.setting, row.what) == (setting, what)),
            sum(bool(row.doubt) for row in rows if (row.setting, row.what) == (setting, what)),
        )
        for value, setting, what in sorted(groups, key=lambda group: group[0])
    )


def ranked(lengths: Iterable[Interval], share: float) -> Interval | None:
    """The percentile (0 to 1) of the lower and of the upper limits, by nearest rank; None without any."""
    found = list(lengths)
    if not found:
        return None
    rank = max(0, math.ceil(share * len(found)) - 1)
    most = sorted(math.inf if one[1] is None else one[1] for one in found)[rank]
    return sorted(one[0] for one in found)[rank], None if most == math.inf else most


def in_words(length: Interval | None) -> str:
    """An interval for people: "1.20 to 1.30 s"."""
    if length is None:
        return "-"
    least, most = length
    if most is None:
        return f"{least:.2f} s or more"
    return "none" if most == 0 else f"{least:.2f} to {most:.2f} s"


def table(found: Sequence[Figures]) -> str:
    """The figures as a table of Markdown."""
    head = ("setting", "measured", "counted", "outage: median", "p95", "longest", "token lost", "node lost",
            "resources moved", "two owners: median", "longest")  # fmt: skip
    lines: list[list[str]] = []
    for one in found:
        doubts = f" (and {one.doubtful} in doubt)" if one.doubtful else ""
        outage = [in_words(ranked(one.outages, share)) for share in (0.5, 0.95, 1.0)]
        flags = [
            [flag for flag in column if flag is not None]
            for column in zip(*((row.token_lost, row.lost, row.moved) for row in one.rows), strict=True)
        ] or [[], [], []]
        owners = [in_words(ranked(one.two_owners, share)) for share in (0.5, 1.0)]
        told = [f"{sum(looked)} of {len(looked)}" if looked else "-" for looked in flags]
        lines.append([one.setting, one.what, f"{one.count}{doubts}", *outage, *told, *owners])
    return markdown_table(head, lines)
