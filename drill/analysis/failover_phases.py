"""How the first fault's failover went by: injected, detected, decided, stopped, address up, first answer.

What a later fault does, and what the drill's own heal does, is no part of it: see `_Stretch`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from drill.analysis.address_owners import BLIND, owners_at
from drill.analysis.fault_windows import FaultWindow, fault_windows
from drill.analysis.outages import outages
from drill.record.timeline import NodeReading, Timeline

_PREFIX = "phase:"


@dataclass(frozen=True)
class Phase:
    """One step of a failover and when it was seen (seconds from the run's start; None: not seen).

    `meaning` tells what was seen, or why it was not.
    """

    name: str
    at: float | None
    meaning: str


@dataclass(frozen=True)
class _Stretch:
    """The first fault's own time: from its injection to its heal, to the next fault or to the record's end."""

    since: float
    until: float
    ends: str
    """What ends it, in words."""
    next: float
    """When the next fault was begun; infinite when there is none (seconds)."""


def phases(timeline: Timeline) -> tuple[Phase, ...]:
    """The steps after the first fault. Times are those of the readings: late by up to one reading's spacing."""
    faults = fault_windows(timeline)
    if not faults:
        return ()
    stretch = _stretch(faults)
    watching = [node for node in timeline.nodes if node != faults[0].node] or list(timeline.nodes)
    holders = owners_at(timeline, stretch.since, within=5.0) or ()
    one_of = f", the first of {len(faults)}: only its own steps are told here" if len(faults) > 1 else ""
    joined = _first_change(timeline, watching, stretch, lambda s: (sorted(s.members), s.quorate, s.dc))
    placed = _first_change(
        timeline, watching, stretch, lambda s: {r: node for r, node in s.placements.items() if node}
    )
    released, why = _released(timeline, holders, stretch)
    seen: dict[str, tuple[float | None, str]] = {
        "injected": (stretch.since, f"the fault was begun{one_of}"),
        "detected": _detected(joined, placed),
        "decided": (placed, "a surviving node's cluster placed a resource anew"),
        "stopped": (released, why),
        "address": (
            _taken(timeline, holders, released, stretch),
            "a node had the address that had not had it before",
        ),
        "answer": _answer(timeline, stretch),
    }
    by_hand = {
        event.label[len(_PREFIX) :]: event.at
        for event in timeline.events_of("note")
        if event.label.startswith(_PREFIX)
    }
    return tuple(Phase(name, by_hand.get(name, at), meaning) for name, (at, meaning) in seen.items())


def _stretch(faults: Collection[FaultWindow]) -> _Stretch:
    first, *later = faults
    following = min((one.injected for one in later if one.injected > first.injected), default=float("inf"))
    until = min(first.end, following)
    last = "the record's end" if first.heal is None else "the heal"
    return _Stretch(first.injected, until, "the next fault" if until == following else last, following)


def _detected(joined: float | None, placed: float | None) -> tuple[float | None, str]:
    """A node that leaves in order moves its resources first, and a resource's failure changes no membership."""
    first = "the first that a surviving node showed of it:"
    if placed is not None and (joined is None or placed < joined):
        return placed, f"{first} its cluster placed a resource anew"
    return joined, f"{first} its membership, quorum or DC changed"


def _released(timeline: Timeline, holders: Collection[str], stretch: _Stretch) -> tuple[float | None, str]:
    """The first reading by which a holder had lost the address; without one, why there is none.

    A node that comes back from a silence without it (it was dead or frozen) was not seen to let go of it.
    """
    silent, found = False, list[tuple[float, str]]()
    for node in holders:
        readings = [one for one in timeline.readings_of(node) if one.at <= stretch.until]
        answers = [one for one in readings if one.seen]
        lost = [pair for pair in pairwise(answers) if pair[1].at > stretch.since and not pair[1].owns_vip]
        for before, one in lost[:1]:
            if one.asked - before.at <= BLIND:
                told = f"the old holder no longer had the address, last seen with it at {before.at:.2f} s"
                found.append((one.at, told))
        silent = silent or not readings[-1].seen or bool(lost) or stretch.until - answers[-1].at > BLIND
    if found:
        return min(found)
    if silent:
        told = f"the old holder gave no answer, up to {stretch.ends} or for long: nobody saw it let go of the address"
        return None, told
    if not holders:
        return None, "no node was seen to hold the address when the fault was begun"
    return None, f"the old holder still had the address at {stretch.ends}"


def _first_change(
    timeline: Timeline, nodes: Iterable[str], stretch: _Stretch, state: Callable[[NodeReading], object]
) -> float | None:
    """The first reading that tells another state than the same node's last one before the fault."""
    found = []
    for node in nodes:
        before = [one for one in timeline.readings_of(node) if one.seen and one.at <= stretch.since][-1:]
        found += [
            one.at
            for one in _within(timeline, node, stretch)
            if one.seen and before and state(one) != state(before[0])
        ]
    return _earliest(found)


def _taken(
    timeline: Timeline, holders: Collection[str], released: float | None, stretch: _Stretch
) -> float | None:
    """The first reading with the address on a node that was no holder, or on a holder again after its release."""
    found = []
    for node in timeline.nodes:
        since = released if node in holders else stretch.since
        if since is not None:
            found += [one.at for one in _within(timeline, node, stretch) if one.owns_vip and one.at > since]
    return _earliest(found)


def _answer(timeline: Timeline, stretch: _Stretch) -> tuple[float | None, str]:
    """The end of the fault's first outage, which may come only after the heal but not after the next fault."""
    mine = [
        one
        for one in outages(timeline.samples_of())
        if one.first_failed < stretch.until and (one.next_good is None or one.next_good >= stretch.since)
    ]
    if not mine:
        return None, f"no request failed until {stretch.ends}"
    outage, *more = mine
    meaning = "the first answer after the first outage"
    if outage.next_good is None or outage.next_good > stretch.next:
        return None, f"{meaning}: none came"
    if outage.next_good > stretch.until:
        return outage.next_good, f"{meaning}: it came only after the heal"
    again = f"; down again from {more[0].first_failed:.2f} s, before {stretch.ends}" if more else ""
    return outage.next_good, f"{meaning}{again}"


def _within(timeline: Timeline, node: str, stretch: _Stretch) -> Iterable[NodeReading]:
    return (one for one in timeline.readings_of(node) if stretch.since < one.at <= stretch.until)


def _earliest(moments: Iterable[float]) -> float | None:
    return min(moments, default=None)
