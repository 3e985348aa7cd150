"""How a failover went by, step by step: injected, detected, decided, stopped, address up, first answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from drill.outages import outages
from drill.owners import owners_at
from drill.timeline import Sight, Timeline

_PREFIX = "phase:"


@dataclass(frozen=True)
class Phase:
    """One step of a failover and when it was seen (seconds from the run's start; None: not seen)."""

    name: str
    at: float | None
    meaning: str


def phases(timeline: Timeline) -> tuple[Phase, ...]:
    """The steps after the first fault. Times are those of the readings: late by up to one reading's spacing."""
    inject = timeline.first("inject")
    if inject is None:
        return ()
    target = timeline.role("target")
    watching = [node for node in timeline.nodes if node != target] or list(timeline.nodes)
    holders = owners_at(timeline, inject, within=5.0) or ()
    released = _released(timeline, holders, inject)
    seen: dict[str, tuple[float | None, str]] = {
        "injected": (inject, "the fault was begun"),
        "detected": (
            _first_change(timeline, watching, inject, lambda s: (sorted(s.members), s.quorate, s.dc)),
            "a surviving node's membership, quorum or DC changed",
        ),
        "decided": (
            _first_change(
                timeline, watching, inject, lambda s: {r: node for r, node in s.placements.items() if node}
            ),
            "a surviving node's cluster placed a resource anew",
        ),
        "stopped": (released, "the old holder no longer had the address"),
        "address": (
            _taken(timeline, holders, released, inject),
            "a node had the address that had not had it before",
        ),
        "answer": (_answer(timeline, inject), "the first answer after the first outage"),
    }
    by_hand = {
        mark.label[len(_PREFIX) :]: mark.at
        for mark in timeline.marked("note")
        if mark.label.startswith(_PREFIX)
    }
    return tuple(Phase(name, by_hand.get(name, at), meaning) for name, (at, meaning) in seen.items())


def _released(timeline: Timeline, holders: Collection[str], inject: float) -> float | None:
    """The first reading after the fault by which a holder had lost the address; None when none did, or none answers."""
    return _earliest(one.at for node in holders for one in _after(timeline, node, inject) if not one.owns_vip)


def _first_change(
    timeline: Timeline, nodes: Iterable[str], inject: float, state: Callable[[Sight], object]
) -> float | None:
    """The first reading after the fault that tells another state than the same node's last one before it."""
    found = []
    for node in nodes:
        before = [one for one in timeline.readings(node) if one.seen and one.at <= inject][-1:]
        changed = (
            one.at for one in _after(timeline, node, inject) if before and state(one) != state(before[0])
        )
        found += [at for at in [next(changed, None)] if at is not None]
    return _earliest(found)


def _taken(
    timeline: Timeline, holders: Collection[str], released: float | None, inject: float
) -> float | None:
    """The first reading with the address on a node that was no holder, or on a holder again after its release."""
    found = []
    for node in timeline.nodes:
        since = released if node in holders else inject
        if since is not None:
            found += [one.at for one in _after(timeline, node, since) if one.owns_vip]
    return _earliest(found)


def _answer(timeline: Timeline, inject: float) -> float | None:
    """The end of the first outage that was not over when the fault was begun; None without one, or when it is open."""
    every = outages(timeline.probe())
    return next((one.next_good for one in every if one.next_good is None or one.next_good >= inject), None)


def _after(timeline: Timeline, node: str, moment: float) -> Iterable[Sight]:
    return (one for one in timeline.readings(node) if one.seen and one.at > moment)


def _earliest(moments: Iterable[float]) -> float | None:
    return min(moments, default=None)
