"""Which periods are covered by readings of a node, and the gaps without a reading."""

from __future__ import annotations

from collections.abc import Iterable

from drill.analysis.once import once
from drill.record.timeline import NodeReading, Timeline

LONG_SILENCE = 3.0
"""After a gap of more than this (seconds) the node's state is unknown. One late reading makes a shorter gap.
It is for a machine of usual speed: a slow one answers later, and its cluster moves later (see Timeline.patient)."""


@once
def answered_readings(
    timeline: Timeline, node: str, since: float = 0.0, until: float = float("inf")
) -> tuple[NodeReading, ...]:
    """The answered readings of a node that lie completely between two moments (seconds)."""
    return tuple(
        reading
        for reading in timeline.readings_of(node)
        if reading.seen and since <= reading.asked and reading.at <= until
    )


def gaps(
    timeline: Timeline, node: str, since: float, until: float, *, longer: float | None = None
) -> tuple[tuple[float, float], ...]:
    """The periods between two moments without an answered reading, each longer than `longer` (default: LONG_SILENCE).

    All times in seconds.
    """
    longest = timeline.patient(LONG_SILENCE) if longer is None else longer
    found: list[tuple[float, float]] = []
    start = since
    for one in timeline.readings_of(node):
        if one.seen and one.at >= since and one.asked <= until:
            if one.asked - start > longest:
                found.append((start, one.asked))
            start = one.at
    if until - start > longest:
        found.append((start, until))
    return tuple(found)


def unread_reason(timeline: Timeline, nodes: Iterable[str], since: float, until: float) -> str:
    """Why the readings between two moments are too few to judge, for people; "" when no node has a gap."""
    for node in nodes:
        for start, end in gaps(timeline, node, since, until):
            return f"{node} gave no reading from {start:.2f} to {end:.2f} s"
    return ""


def longest_gap(timeline: Timeline, since: float, until: float) -> float:
    """The longest time without an answered reading of one node, between two moments (seconds)."""
    every = (gap for node in timeline.nodes for gap in gaps(timeline, node, since, until, longer=0.0))
    return max((end - start for start, end in every), default=0.0)


@once
def watched_period(timeline: Timeline) -> tuple[float, float] | None:
    """The period that readings have to cover (seconds); None when nothing was read.

    It begins when every node has been read, or with the first fault, whichever is earlier. It ends with the record.
    When a node never answers, the period begins with the first reading of any node.
    """
    if not timeline.node_readings:
        return None
    firsts = [
        min((one.asked for one in answered_readings(timeline, node)), default=None) for node in timeline.nodes
    ]
    starts = [first for first in firsts if first is not None]
    complete = len(starts) == len(firsts)
    since = max(starts) if complete else min(one.asked for one in timeline.node_readings)
    injected = timeline.time_of_first("inject")
    return (since if injected is None else min(since, injected), timeline.end)
