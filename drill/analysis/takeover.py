"""When the address came up on its new owner, and when the network was told so by gratuitous ARP.

The first is an event on the node (ip-monitor(8)), the second one is seen by the ARP witness on the lab's network. Both
have times of the drill's own clock. A node answers requests for the address only after the first; its neighbours send
them to it only after the second.
"""

from __future__ import annotations

from dataclasses import dataclass

from drill.analysis.outages import Outage
from drill.record.header import LoggedMoment
from drill.record.timeline import NodeReading, Timeline

ADDRESS_UP, ANNOUNCED = "address up", "announced"
LAG_S = 0.05
"""A busy node may report that the address came up so much later than it happened (seconds)."""
WITNESS_S = 0.005
"""The witness notes a frame within this time of its arrival (seconds), as long as this machine is not late."""


@dataclass(frozen=True)
class Moment:
    """A moment of the record (seconds), known to `within` seconds."""

    name: str
    at: float
    within: float


def takeover(timeline: Timeline, start: LoggedMoment, outage: Outage) -> tuple[Moment, ...]:
    """The address is up, and it is announced, on the node on which `start` starts the address.

    Without a witness, or when the announcement was not seen, only the first; without a reading that shows the new
    owner's first moment, none. Only what happened before the first answer after the outage counts.
    """
    last, since = outage.next_good or timeline.end, start.at - start.within
    owner = start.on or start.node
    reading = _first_with_address(timeline, owner, since)
    if reading is None:
        return ()
    frames = (one.at for one in timeline.arp if one.announced and owner in one.holders)
    told = min((at for at in frames if since <= at <= last), default=None)
    before = last if told is None else told
    if reading.asked > before + LAG_S:
        return ()
    up = _up(reading, before)
    return (up,) if told is None else (up, Moment(ANNOUNCED, told, WITNESS_S))


def _up(reading: NodeReading, before: float) -> Moment:
    """When the address came up: within the reading, and before its announcement or the first answer (`before`).

    On a busy node the event can be reported later than both (LAG_S): then it came up shortly before them.
    """
    latest = min(reading.at, before)
    earliest = min(reading.asked, latest)
    within = (latest - earliest) / 2 if earliest < latest else reading.at - latest
    return Moment(ADDRESS_UP, (earliest + latest) / 2, within)


def _first_with_address(timeline: Timeline, node: str, since: float) -> NodeReading | None:
    """The reading with which the address appears on a node; None when the node had it before, or was not read."""
    before: NodeReading | None = None
    for one in timeline.readings_of(node):
        if not one.seen:
            continue
        if one.owns_vip and one.at >= since:
            return one if before is not None and not before.owns_vip else None
        before = one
    return None
