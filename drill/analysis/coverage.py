"""Which times are covered by readings of a node, and the gaps in which nothing was read."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from drill.record.timeline import NodeReading, Timeline

LONG_SILENCE = 3.0
"""A node that was not read for longer than this (seconds) may have done anything. One late reading alone is shorter."""


def answered_readings(
    timeline: Timeline, node: str, since: float = 0.0, until: float = float("inf")
) -> tuple[NodeReading, ...]:
    """The readings of a node that lie completely between two moments (seconds) and were answered."""
    return tuple(
        one for one in timeline.readings_of(node) if one.seen and since <= one.asked and one.at <= until
    )


def gaps(
    timeline: Timeline, node: str, since: float, until: float, *, longer: float = LONG_SILENCE
) -> tuple[tuple[float, float], ...]:
    """The times between two moments, each longer than `longer` seconds, without an answered reading."""
    near = [one for one in timeline.readings_of(node) if one.seen and one.at >= since and one.asked <= until]
    edges = [(since, since), *((one.asked, one.at) for one in near), (until, until)]
    return tuple((one[1], two[0]) for one, two in pairwise(edges) if two[0] - one[1] > longer)


def unread_reason(timeline: Timeline, nodes: Iterable[str], since: float, until: float) -> str:
    """Why the readings between two moments are too few to judge, for people; "" when every node was read all along."""
    for node in nodes:
        for start, end in gaps(timeline, node, since, until):
            return f"{node} gave no reading from {start:.2f} to {end:.2f} s"
    return ""


def watched_period(timeline: Timeline) -> tuple[float, float] | None:
    """The time that readings have to cover (seconds); None when nothing was read.

    It begins when every node had been read, or with the first fault, whichever is earlier, and lasts to the record's
    end. A node that never answers counts from the first reading on.
    """
    if not timeline.node_readings:
        return None
    firsts = [
        min((one.asked for one in answered_readings(timeline, node)), default=None) for node in timeline.nodes
    ]
    begun = [one for one in firsts if one is not None]
    since = max(begun) if len(begun) == len(firsts) else min(one.asked for one in timeline.node_readings)
    injected = timeline.time_of_first("inject")
    return (since if injected is None else min(since, injected), timeline.end)
