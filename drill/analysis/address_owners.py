"""Who held the floating address when, from readings that never come at the same moment.

A reading is true at some moment between its question and its answer. Two nodes are read one after the other, so
"node1 held it at 10.0 and node2 at 10.2" is a hand-over as well as a double. Only what cannot be a hand-over
counts here: a reading of one node that lies wholly between two holding readings of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from drill.record.timeline import NodeReading, Timeline

BLIND = 2.0
"""Readings further apart than this (seconds) say nothing about the time between them."""


@dataclass(frozen=True)
class Holding:
    """Consecutive readings of one node, all of which hold the address; surely held from `since` to `until`."""

    node: str
    readings: tuple[NodeReading, ...]

    @property
    def since(self) -> float:
        """The first reading's answer: held at this moment or before."""
        return self.readings[0].at

    @property
    def until(self) -> float:
        """The last reading's question: held at this moment or after."""
        return self.readings[-1].asked

    def surely(self, reading: NodeReading) -> bool:
        """Whether the address was held here all through another node's reading."""
        return self.since <= reading.asked and reading.at <= self.until


@dataclass(frozen=True)
class Double:
    """Two nodes held the address at once: at some moment between `since` and `until`, or all that time."""

    nodes: tuple[str, str]
    since: float
    until: float

    @property
    def line(self) -> str:
        """The double in one line, for people."""
        return f"{self.nodes[0]} and {self.nodes[1]} both held it from {self.since:.2f} to {self.until:.2f} s"


def holdings(timeline: Timeline, node: str) -> tuple[Holding, ...]:
    """One node's times of holding the address; an unanswered reading or a long silence ends one."""
    found: list[list[NodeReading]] = []
    before: NodeReading | None = None
    for reading in timeline.readings_of(node):
        if reading.seen and reading.owns_vip:
            follows = before is not None and before.seen and before.owns_vip
            if follows and before is not None and reading.asked - before.at <= BLIND:
                found[-1].append(reading)
            else:
                found.append([reading])
        before = reading
    return tuple(Holding(node, tuple(readings)) for readings in found)


def doubles(timeline: Timeline) -> tuple[Double, ...]:
    """All times at which two nodes surely held the address at once."""
    found: list[Double] = []
    for one, other in combinations(timeline.nodes, 2):
        for mine in holdings(timeline, one):
            found += [both for theirs in holdings(timeline, other) if (both := _double(mine, theirs))]
    return tuple(sorted(found, key=lambda both: both.since))


def owners_at(timeline: Timeline, moment: float, *, within: float = BLIND) -> tuple[str, ...] | None:
    """Who held the address by each node's last reading before a moment; None when no node answered."""
    last = latest(timeline, moment, within=within)
    seen = [reading for reading in last.values() if reading.seen]
    return tuple(reading.node for reading in seen if reading.owns_vip) if seen else None


def latest(timeline: Timeline, moment: float, *, within: float = BLIND) -> dict[str, NodeReading]:
    """Each node's last reading before a moment, no older than `within` seconds."""
    return {
        node: reading
        for node in timeline.nodes
        for reading in [r for r in timeline.readings_of(node) if moment - within <= r.at <= moment][-1:]
    }


def _double(mine: Holding, theirs: Holding) -> Double | None:
    nodes = (mine.node, theirs.node)
    since, until = max(mine.since, theirs.since), min(mine.until, theirs.until)
    if since < until:
        return Double(nodes, since, until)
    inside = [r for r in theirs.readings if mine.surely(r)] or [r for r in mine.readings if theirs.surely(r)]
    return Double(nodes, inside[0].asked, inside[-1].at) if inside else None
