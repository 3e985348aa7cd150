"""How a failover went by, step by step: injected, detected, decided, stopped, address up, first answer."""

from __future__ import annotations

from dataclasses import dataclass

from drill.owners import owners_at
from drill.timeline import Timeline

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
            _first_change(timeline, watching, inject, lambda s: (s.members, s.quorate, s.dc)),
            "a surviving node's membership, quorum or DC changed",
        ),
        "decided": (
            _first_change(timeline, watching, inject, lambda s: tuple(sorted(s.placements.items()))),
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
