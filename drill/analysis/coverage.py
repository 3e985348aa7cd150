"""What was read of a node in a stretch of time, and the gaps in which nothing was."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from drill.record.timeline import NodeReading, Timeline

LONG = 3.0
"""Not read for longer than this (seconds), a node may have done anything. One late reading alone is not so long."""


def answered(
    timeline: Timeline, node: str, since: float = 0.0, until: float = float("inf")
) -> tuple[NodeReading, ...]:
    """The readings of a node that lie wholly between two moments (seconds) and were answered."""
    return tuple(
        one for one in timeline.readings_of(node) if one.seen and since <= one.asked and one.at <= until
    )


def gaps(
    timeline: Timeline, node: str, since: float, until: float, *, longer: float = LONG
) -> tuple[tuple[float, float], ...]:
    """The times between two moments, each longer than `longer` seconds, without an answered reading."""
    near = [one for one in timeline.readings_of(node) if one.seen and one.at >= since and one.asked <= until]
    edges = [(since, since), *((one.asked, one.at) for one in near), (until, until)]
    return tuple((one[1], two[0]) for one, two in pairwise(edges) if two[0] - one[1] > longer)


def unread(timeline: Timeline, nodes: Iterable[str], since: float, until: float) -> str:
    """Why the readings between two moments cannot tell, in words; "" when every node was read all along."""
    for node in nodes:
        for start, end in gaps(timeline, node, since, until):
            return f"{node} gave no reading from {start:.2f} to {end:.2f} s"
    return ""


def watched(timeline: Timeline) -> tuple[float, float] | None:
    """What has to be read (seconds): from when every node had been, or else the first fault, to the record's end.

    None when nothing was read. A node that never answers has been asked from the first reading on.
    """
    if not timeline.node_readings:
        return None
    firsts = [min((one.asked for one in answered(timeline, node)), default=None) for node in timeline.nodes]
    begun = [one for one in firsts if one is not None]
    since = max(begun) if len(begun) == len(firsts) else min(one.asked for one in timeline.node_readings)
    injected = timeline.time_of_first("inject")
    return (since if injected is None else min(since, injected), timeline.end)
