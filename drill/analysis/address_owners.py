"""Which node held the floating address, and when.

A reading is true at some moment between its question and its answer, and two nodes are never read at exactly the same
moment. So "node1 held it at 10.0 and node2 at 10.2" may be a failover or a double ownership. Only a case that cannot be
a failover counts as double: a reading of one node lies completely between two readings of the other, and all three show
the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from drill.analysis.once import once
from drill.record.timeline import NodeReading, Timeline

LONGEST_GAP = 2.0
"""When two readings are further apart than this (seconds, on a machine of usual speed), the time between is unknown."""


class Held(Protocol):
    """A holder certainly had the address from `since` to `until` (seconds of the record)."""

    @property
    def since(self) -> float:
        """The first moment that is certain."""

    @property
    def until(self) -> float:
        """The last moment that is certain."""


@dataclass(frozen=True)
class Ownership:
    """Consecutive readings of one node that show the address; the node certainly held it from `since` to `until`."""

    node: str
    readings: tuple[NodeReading, ...]

    @property
    def since(self) -> float:
        """The time of the first reading's answer: the node held the address at this moment or earlier (seconds)."""
        return self.readings[0].at

    @property
    def until(self) -> float:
        """The time of the last reading's question: the node held the address at this moment or later (seconds)."""
        return self.readings[-1].asked

    def covers(self, reading: NodeReading) -> bool:
        """Whether this node certainly held the address during the whole of another node's reading."""
        return self.since <= reading.asked and reading.at <= self.until


@dataclass(frozen=True)
class DoubleOwnership:
    """Two nodes held the address at the same time: from `since` to `until`, or at a moment between them (seconds)."""

    nodes: tuple[str, str]
    since: float
    until: float

    @property
    def summary(self) -> str:
        """The double ownership in one line, for people."""
        return f"{self.nodes[0]} and {self.nodes[1]} both held it from {self.since:.2f} to {self.until:.2f} s"


@once
def ownerships(timeline: Timeline, node: str) -> tuple[Ownership, ...]:
    """The periods in which one node held the address; an unanswered reading or a gap (LONGEST_GAP) ends a period."""
    found: list[list[NodeReading]] = []
    before: NodeReading | None = None
    longest = timeline.patient(LONGEST_GAP)
    for reading in timeline.readings_of(node):
        if reading.seen and reading.owns_vip:
            follows = before is not None and before.seen and before.owns_vip
            if follows and before is not None and reading.asked - before.at <= longest:
                found[-1].append(reading)
            else:
                found.append([reading])
        before = reading
    return tuple(Ownership(node, tuple(readings)) for readings in found)


@once
def double_ownerships(timeline: Timeline) -> tuple[DoubleOwnership, ...]:
    """All periods in which two nodes certainly held the address at the same time."""
    found: list[DoubleOwnership] = []
    for node_a, node_b in combinations(timeline.nodes, 2):
        for a in ownerships(timeline, node_a):
            found += [double for b in ownerships(timeline, node_b) if (double := _overlap(a, b))]
    return tuple(sorted(found, key=lambda double: double.since))


def owners_at(timeline: Timeline, moment: float, *, within: float = LONGEST_GAP) -> tuple[str, ...] | None:
    """The owners of the address, by each node's last reading before a moment; None when no node answered.

    Readings older than `within` seconds (on a machine of usual speed) do not count.
    """
    latest = latest_readings(timeline, moment, within=within)
    answered = [reading for reading in latest.values() if reading.seen]
    return tuple(reading.node for reading in answered if reading.owns_vip) if answered else None


def held_address(timeline: Timeline, machine: str, moment: float) -> bool | None:
    """Whether a machine held the address, by its own last reading before a moment.

    None when no machine is named (""), or when in the LONGEST_GAP seconds before the moment it was not read or did not
    answer. A machine that is no node of the record, such as the witness, never holds the address.
    """
    if not machine:
        return None
    if machine not in timeline.nodes:
        return False
    reading = latest_readings(timeline, moment).get(machine)
    return reading.owns_vip if reading and reading.seen else None


def latest_readings(
    timeline: Timeline, moment: float, *, within: float = LONGEST_GAP
) -> dict[str, NodeReading]:
    """Each node's last reading before a moment, no older than `within` seconds (on a machine of usual speed)."""
    oldest = moment - timeline.patient(within)
    return {
        node: reading
        for node in timeline.nodes
        for reading in [one for one in timeline.readings_of(node) if oldest <= one.at <= moment][-1:]
    }


def certainly_both(a: Held, b: Held) -> tuple[float, float] | None:
    """The period in which two holders certainly had the address at once (seconds); None: none is known."""
    since, until = max(a.since, b.since), min(a.until, b.until)
    return (since, until) if since < until else None


def _overlap(a: Ownership, b: Ownership) -> DoubleOwnership | None:
    nodes = (a.node, b.node)
    if both := certainly_both(a, b):
        return DoubleOwnership(nodes, *both)
    covered = [r for r in b.readings if a.covers(r)] or [r for r in a.readings if b.covers(r)]
    return DoubleOwnership(nodes, covered[0].asked, covered[-1].at) if covered else None
