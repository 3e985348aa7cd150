"""Which node held the floating address, and when, from readings that never come at the same moment.

A reading is true at some moment between its question and its answer. Two nodes are read one after the other, so
"node1 held it at 10.0 and node2 at 10.2" may be a hand-over as well as a double ownership. Only what cannot be a
hand-over counts as double here: a reading of one node that lies completely between two holding readings of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from drill.record.timeline import NodeReading, Timeline

LONGEST_GAP = 2.0
"""Two readings further apart than this (seconds) say nothing about the time between them."""


@dataclass(frozen=True)
class Ownership:
    """Consecutive readings of one node, all of which hold the address; it certainly held it from `since` to `until`."""

    node: str
    readings: tuple[NodeReading, ...]

    @property
    def since(self) -> float:
        """The answer of the first reading: the address was held at this moment or earlier (seconds)."""
        return self.readings[0].at

    @property
    def until(self) -> float:
        """The question of the last reading: the address was held at this moment or later (seconds)."""
        return self.readings[-1].asked

    def covers(self, reading: NodeReading) -> bool:
        """Whether this node certainly held the address all the time that another node's reading took."""
        return self.since <= reading.asked and reading.at <= self.until


@dataclass(frozen=True)
class DoubleOwnership:
    """Two nodes held the address at the same time: at some moment between `since` and `until`, or all that time."""

    nodes: tuple[str, str]
    since: float
    until: float

    @property
    def summary(self) -> str:
        """The double ownership in one line, for people."""
        return f"{self.nodes[0]} and {self.nodes[1]} both held it from {self.since:.2f} to {self.until:.2f} s"


def ownerships(timeline: Timeline, node: str) -> tuple[Ownership, ...]:
    """The times at which one node held the address; an unanswered reading or a gap (LONGEST_GAP) ends one."""
    found: list[list[NodeReading]] = []
    before: NodeReading | None = None
    for reading in timeline.readings_of(node):
        if reading.seen and reading.owns_vip:
            follows = before is not None and before.seen and before.owns_vip
            if follows and before is not None and reading.asked - before.at <= LONGEST_GAP:
                found[-1].append(reading)
            else:
                found.append([reading])
        before = reading
    return tuple(Ownership(node, tuple(readings)) for readings in found)


def double_ownerships(timeline: Timeline) -> tuple[DoubleOwnership, ...]:
    """All times at which two nodes certainly held the address at once."""
    found: list[DoubleOwnership] = []
    for one, other in combinations(timeline.nodes, 2):
        for mine in ownerships(timeline, one):
            found += [both for theirs in ownerships(timeline, other) if (both := _overlap(mine, theirs))]
    return tuple(sorted(found, key=lambda both: both.since))


def owners_at(timeline: Timeline, moment: float, *, within: float = LONGEST_GAP) -> tuple[str, ...] | None:
    """The nodes that held the address, by each node's last reading before a moment; None when no node answered.

    Readings older than `within` seconds do not count.
    """
    last = latest_readings(timeline, moment, within=within)
    seen = [reading for reading in last.values() if reading.seen]
    return tuple(reading.node for reading in seen if reading.owns_vip) if seen else None


def latest_readings(
    timeline: Timeline, moment: float, *, within: float = LONGEST_GAP
) -> dict[str, NodeReading]:
    """Each node's last reading before a moment, no older than `within` seconds."""
    return {
        node: reading
        for node in timeline.nodes
        for reading in [r for r in timeline.readings_of(node) if moment - within <= r.at <= moment][-1:]
    }


def _overlap(mine: Ownership, theirs: Ownership) -> DoubleOwnership | None:
    nodes = (mine.node, theirs.node)
    since, until = max(mine.since, theirs.since), min(mine.until, theirs.until)
    if since < until:
        return DoubleOwnership(nodes, since, until)
    inside = [r for r in theirs.readings if mine.covers(r)] or [r for r in mine.readings if theirs.covers(r)]
    return DoubleOwnership(nodes, inside[0].asked, inside[-1].at) if inside else None
