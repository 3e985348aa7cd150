"""The phases of the first fault's failover: injected, detected, decided, (fenced,) stopped, address up, first answer.

Only the time until the heal or the next fault counts (see `_FaultTime`): later events have another cause.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from drill.analysis.address_owners import LONGEST_GAP, owners_at
from drill.analysis.fault_windows import FaultWindow, fault_windows
from drill.analysis.fencing import fence_orders
from drill.analysis.once import once
from drill.analysis.outages import outages_of
from drill.record.power_switch import BY_BMC
from drill.record.timeline import NodeReading, Timeline

_PREFIX = "phase:"


@dataclass(frozen=True)
class Phase:
    """One phase of a failover, and its time (seconds since the start of the record; None: the phase was not seen).

    `meaning` says what was seen, or why the phase was not seen.
    """

    name: str
    at: float | None
    meaning: str


@dataclass(frozen=True)
class _FaultTime:
    """From the first fault's injection to its heal, to the next fault or to the record's end (seconds)."""

    since: float
    until: float
    ends: str
    """The event that ends it, for people."""
    next: float
    """When the next fault was injected; infinite when there is none."""


@once
def phases(timeline: Timeline) -> tuple[Phase, ...]:
    """The phases after the first fault; empty without a fault.

    The times are those of the readings, so they may be late by the time between two readings.
    """
    faults = fault_windows(timeline)
    if not faults:
        return ()
    fault_time = _fault_time(faults)
    survivors = [node for node in timeline.nodes if node != faults[0].node] or list(timeline.nodes)
    owners = owners_at(timeline, fault_time.since, within=5.0) or ()
    first_of = f", the first of {len(faults)}: only its phases are shown here" if len(faults) > 1 else ""
    joined = _first_change(
        timeline, survivors, fault_time, lambda one: (sorted(one.members), one.quorate, one.dc)
    )
    placed = _first_change(
        timeline,
        survivors,
        fault_time,
        lambda one: {resource: node for resource, node in one.placements.items() if node},
    )
    released, why = _released(timeline, owners, fault_time)
    found: dict[str, tuple[float | None, str]] = {
        "injected": (fault_time.since, f"the fault was injected{first_of}"),
        "detected": _detected(joined, placed),
        "decided": (placed, "the cluster of a surviving node placed a resource on another node"),
        **_fenced(timeline, fault_time),
        "stopped": (released, why),
        "address": (
            _taken(timeline, owners, released, fault_time),
            "a node that did not have the address before had it now",
        ),
        "answer": _answer(timeline, fault_time),
    }
    by_hand = {
        event.label[len(_PREFIX) :]: event.at
        for event in timeline.events_of("note")
        if event.label.startswith(_PREFIX)
    }
    return tuple(Phase(name, by_hand.get(name, at), meaning) for name, (at, meaning) in found.items())


def _fault_time(faults: Collection[FaultWindow]) -> _FaultTime:
    first, *later = faults
    following = min((one.injected for one in later if one.injected > first.injected), default=float("inf"))
    until = min(first.end, following)
    last = "the record's end" if first.heal is None else "the heal"
    return _FaultTime(first.injected, until, "the next fault" if until == following else last, following)


def _detected(joined: float | None, placed: float | None) -> tuple[float | None, str]:
    """The first reaction of the cluster: a change of membership, or of a placement.

    A node that leaves gracefully moves its resources first, and a failed resource changes no membership.
    """
    first = "the first reaction of a surviving node:"
    if placed is not None and (joined is None or placed < joined):
        return placed, f"{first} its cluster placed a resource on another node"
    return joined, f"{first} its membership, quorum or DC changed"


def _fenced(timeline: Timeline, fault_time: _FaultTime) -> dict[str, tuple[float | None, str]]:
    """When a BMC had switched the first node off; no such phase when no BMC was asked to."""
    orders = [one for one in fence_orders(timeline, fault_time.since) if one.by == BY_BMC]
    return {"fenced": (min(one.at or one.asked for one in orders), orders[0].summary)} if orders else {}


def _released(
    timeline: Timeline, owners: Collection[str], fault_time: _FaultTime
) -> tuple[float | None, str]:
    """The first reading in which an old owner no longer had the address; without one, the reason.

    When a node was silent (dead or frozen) and comes back without the address, its release was not seen.
    """
    silent, found = False, list[tuple[float, str]]()
    for node in owners:
        readings = [one for one in timeline.readings_of(node) if one.at <= fault_time.until]
        answers = [one for one in readings if one.seen]
        lost = [pair for pair in pairwise(answers) if pair[1].at > fault_time.since and not pair[1].owns_vip]
        for before, one in lost[:1]:
            if one.asked - before.at <= timeline.patient(LONGEST_GAP):
                meaning = f"the old owner no longer had the address; it last had it at {before.at:.2f} s"
                found.append((one.at, meaning))
        late = fault_time.until - answers[-1].at > timeline.patient(LONGEST_GAP)
        silent = silent or not readings[-1].seen or bool(lost) or late
    if found:
        return min(found)
    if silent:
        return (
            None,
            f"the old owner gave no answer for a long time before {fault_time.ends}, so its release was not seen",
        )
    if not owners:
        return None, "no reading shows an owner of the address when the fault was injected"
    return None, f"the old owner still had the address at {fault_time.ends}"


def _first_change(
    timeline: Timeline, nodes: Iterable[str], fault_time: _FaultTime, state: Callable[[NodeReading], object]
) -> float | None:
    """The first reading whose state differs from the same node's last reading before the fault."""
    found = []
    for node in nodes:
        before = [one for one in timeline.readings_of(node) if one.seen and one.at <= fault_time.since][-1:]
        found += [
            one.at
            for one in _within(timeline, node, fault_time)
            if one.seen and before and state(one) != state(before[0])
        ]
    return _earliest(found)


def _taken(
    timeline: Timeline, owners: Collection[str], released: float | None, fault_time: _FaultTime
) -> float | None:
    """The first reading with the address on a new owner, or on an old owner again after its release."""
    found = []
    for node in timeline.nodes:
        since = released if node in owners else fault_time.since
        if since is not None:
            found += [
                one.at for one in _within(timeline, node, fault_time) if one.owns_vip and one.at > since
            ]
    return _earliest(found)


def _answer(timeline: Timeline, fault_time: _FaultTime) -> tuple[float | None, str]:
    """The end of the fault's first outage. It may be after the heal, but not after the next fault."""
    caused = [
        one
        for one in outages_of(timeline)
        if one.first_failed < fault_time.until
        and (one.next_good is None or one.next_good >= fault_time.since)
    ]
    if not caused:
        return None, f"no request failed until {fault_time.ends}"
    outage, *later = caused
    meaning = "the first answer after the first outage"
    if outage.next_good is None or outage.next_good > fault_time.next:
        return None, f"{meaning}: there was none"
    if outage.next_good > fault_time.until:
        return outage.next_good, f"{meaning}: it came only after the heal"
    again = f"; down again from {later[0].first_failed:.2f} s, before {fault_time.ends}" if later else ""
    return outage.next_good, f"{meaning}{again}"


def _within(timeline: Timeline, node: str, fault_time: _FaultTime) -> Iterable[NodeReading]:
    return (one for one in timeline.readings_of(node) if fault_time.since < one.at <= fault_time.until)


def _earliest(moments: Iterable[float]) -> float | None:
    return min(moments, default=None)
