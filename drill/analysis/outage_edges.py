"""The limits of the begin and of the end of an outage, from all clients that open new connections. Pure.

The probe's outage (drill.analysis.outages) has limits from the probe's requests only. The clients `connecting` and
`routed` send at other moments, and so narrow the limits. The kept connection is left out: it can break before the
service is gone, or live a little longer.
"""

from __future__ import annotations

from dataclasses import dataclass

from drill.analysis.outages import Outage
from drill.record.timeline import Sample, Timeline

BESIDE = ("connecting", "routed")
"""The other clients with new connections."""
AGAIN_S = 0.2
"""The shortest time after which the kernel sends a segment again (Linux: TCP_RTO_MIN). An answer that took less time
needed no second try, so the service was up when its request was sent."""
SYN_AGAIN_S = 1.0
"""The time after which the kernel sends a SYN again (RFC 6298). A client that connected after this time or later has
found the service down at first."""


@dataclass(frozen=True)
class Edge:
    """The begin or the end of an outage was between `least` and `most` (seconds of the record)."""

    least: float
    most: float

    @property
    def at(self) -> float:
        """The moment in the middle."""
        return (self.least + self.most) / 2

    @property
    def within(self) -> float:
        """The moment is known to plus or minus so many seconds."""
        return (self.most - self.least) / 2

    def narrowed(self, least: float, most: float) -> Edge:
        """The part of it between two moments; unchanged when they contradict it."""
        found = Edge(max(self.least, least), min(self.most, most))
        return found if found.least <= found.most else self


def edges(timeline: Timeline, outage: Outage) -> tuple[Edge, Edge]:
    """The begin and the end of an outage of the probe that is not open."""
    assert outage.last_good is not None
    assert outage.next_good is not None
    begin, end = Edge(outage.last_good, outage.first_failed), Edge(outage.last_failed, outage.next_good)
    beside = [one for one in timeline.samples if one.client in BESIDE]
    up = [one for one in beside if _at_once(one)]
    up_before = [one.sent for one in up if one.sent <= begin.most]
    up_after = [one.done for one in up if one.sent >= begin.most and one.done >= end.least]
    # At the end of an outage a routed request can fail because the router still sends to the old node.
    down = [one for one in beside if not one.good or one.done - one.sent >= SYN_AGAIN_S]
    down_after = [one.sent for one in down if one.sent >= begin.least]
    down_before = [one.sent for one in down if one.client == "connecting" and one.sent <= end.most]
    return (
        begin.narrowed(max(up_before, default=begin.least), min(down_after, default=begin.most)),
        end.narrowed(max(down_before, default=end.least), min(up_after, default=end.most)),
    )


def _at_once(one: Sample) -> bool:
    return one.good and one.done - one.sent < AGAIN_S
