"""The state of a view, and how each fact changes it. Pure: the same facts always make the same state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from drill.record.timeline import ArpReading, Event, Lateness, NodeReading, Sample
from watch.model import differences
from watch.model.facts import DrillFact, Fact, Judged, LabFacts, NotUp, Reported, Told, Up
from watch.model.strip import LENGTH_S, Strip

LATE_S = 10.0
MOST_TOLD = 200
"""So many lines for people are kept."""
TOLD_CLIENT = "probe"
"""The client whose answers are told as lines; the others are only in their strips."""


class FaultSpan(Struct, frozen=True):
    """A fault from its injection (`at`) to its heal (`until`; None: not healed yet).

    `landed`: when it was proven to be in effect; None: it is not proven.
    """

    at: float
    label: str
    node: str = ""
    landed: float | None = None
    until: float | None = None


class State(Struct, frozen=True):
    """Everything that is known. `lab` None and `down` None: nothing is known yet.

    `readings`, `answers` and `strips` have the last reading of each node, and of each client the request that was sent
    last among those with a result, and its strip. `told_ever` counts all lines, also those that are no longer kept.
    """

    lab: LabFacts | None = None
    down: NotUp | None = None
    readings: Mapping[str, NodeReading] = {}
    answers: Mapping[str, Sample] = {}
    strips: Mapping[str, Strip] = {}
    faults: tuple[FaultSpan, ...] = ()
    judged: Judged | None = None
    drill: DrillFact | None = None
    report: str = ""
    """The name of the run with the last report; "" when no drill has ended since the view began."""
    told: tuple[Told, ...] = ()
    told_ever: int = 0


def reduce(state: State, fact: Fact) -> State:
    """The state after one more fact."""
    return _RULES[type(fact)](state, fact)


def _tell(state: State, at: float, kind: str, text: str) -> State:
    if not text:
        return state
    told = (*state.told, Told(at, kind, _short(state.lab, text)))[-MOST_TOLD:]
    return replace(state, told=told, told_ever=state.told_ever + 1)


def _short(lab: LabFacts | None, text: str) -> str:
    """A text with the nodes' aliases in place of their names."""
    for name, alias in lab.nodes.items() if lab else ():
        text = text.replace(name, alias)
    return text


def _told(state: State, told: Told) -> State:
    return _tell(state, told.at, told.kind, told.text)


def _up(state: State, fact: Up) -> State:
    again = state.down is not None or state.lab is None
    state = replace(state, lab=fact.lab, down=None)
    return _tell(state, fact.at, "lab", "the lab is observed") if again else state


def _not_up(state: State, fact: NotUp) -> State:
    """Nothing that was read before is still known."""
    again = state.down is not None and state.down.why == fact.why
    state = replace(state, down=fact, readings={}, answers={}, judged=None)
    return state if again else _tell(state, fact.at, "lab", f"not up: {fact.why}")


def _reading(state: State, now: NodeReading) -> State:
    text = differences.of_reading(state.readings.get(now.node), now)
    return _tell(replace(state, readings={**state.readings, now.node: now}), now.at, "node", text)


def _sample(state: State, now: Sample) -> State:
    strip = state.strips.get(now.client, Strip()).taking(now, _number(state, now.page))
    state = replace(state, strips={**state.strips, now.client: strip})
    before = state.answers.get(now.client)
    if before is not None and before.sent >= now.sent:
        return state  # an earlier request, whose result came later
    state = replace(state, answers={**state.answers, now.client: now})
    text = differences.of_sample(before, now) if now.client == TOLD_CLIENT else ""
    return _tell(state, now.done, "client", text)


def _number(state: State, page: str) -> int | None:
    nodes = tuple(state.lab.nodes) if state.lab else ()
    return nodes.index(page) + 1 if page in nodes else None


def _arp(state: State, fact: ArpReading) -> State:
    if not fact.announced:
        return state
    who = " and ".join(fact.holders)
    return _tell(state, fact.at, "network", f"{who} announces the address (gratuitous ARP)")


def _late(state: State, fact: Lateness) -> State:
    """A machine that is late is late again and again: only the first lateness in LATE_S seconds is told."""
    last = next((one.at for one in reversed(state.told) if one.kind == "machine"), float("-inf"))
    if fact.until - last < LATE_S:
        return state
    text = f"{fact.where} was late by {fact.until - fact.since:.2f} s"
    return _tell(state, fact.until, "machine", text)


def _event(state: State, event: Event) -> State:
    faults = state.faults
    if event.kind == "inject":
        faults = (*faults, FaultSpan(event.at, event.label, event.node))
    elif event.kind == "landed":
        faults = _changed(faults, event, landed=event.at)
    elif event.kind == "healed":
        faults = _changed(faults, event, until=event.at)
    elif event.kind == "settled":
        faults = _all_ended(faults, event.at)
    faults = tuple(one for one in faults if one.until is None or one.until > event.at - LENGTH_S)
    return _tell(replace(state, faults=faults), event.at, "drill", differences.of_event(event))


def _changed(faults: tuple[FaultSpan, ...], event: Event, **change: float) -> tuple[FaultSpan, ...]:
    """The faults; those that an event is about have a change: open, on its node, with its label (if it has one)."""
    return tuple(
        replace(one, **change)
        if one.until is None and one.node == event.node and event.label in ("", one.label)
        else one
        for one in faults
    )


def _all_ended(faults: tuple[FaultSpan, ...], at: float) -> tuple[FaultSpan, ...]:
    return tuple(replace(one, until=at) if one.until is None else one for one in faults)


def _judged(state: State, fact: Judged) -> State:
    before = state.judged.troubles if state.judged else None
    text = differences.of_troubles(before, fact.troubles)
    return _tell(replace(state, judged=fact), fact.at, "health", text)


def _drill(state: State, fact: DrillFact) -> State:
    """A fault ends at the latest with its drill, unless the journal says that it was left."""
    before = state.drill.who if state.drill else ""
    state = replace(state, drill=fact)
    if not fact.who and not fact.left:
        state = replace(state, faults=_all_ended(state.faults, fact.at))
    if before == fact.who:
        return state
    text = f"begun: {fact.who}" if fact.who else f"ended: {before}"
    return _tell(state, fact.at, "drill", text)


def _reported(state: State, fact: Reported) -> State:
    return _tell(replace(state, report=fact.run), fact.at, "drill", f"report: runs/{fact.run}/report.html")


_RULES: Mapping[type, Callable[[State, Any], State]] = {
    Up: _up,
    NotUp: _not_up,
    NodeReading: _reading,
    Sample: _sample,
    ArpReading: _arp,
    Lateness: _late,
    Event: _event,
    Judged: _judged,
    DrillFact: _drill,
    Told: _told,
    Reported: _reported,
}
