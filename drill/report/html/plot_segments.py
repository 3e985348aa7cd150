"""A timeline as stretches of time that say the same thing: what a plot's bars show, and their words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from drill.analysis.address_owners import BLIND, holdings
from drill.analysis.fault_windows import fault_windows
from drill.record.timeline import NodeReading, Sample, Timeline

_STATES = {
    "unseen": "gave no answer",
    "quorate": "had quorum",
    "inquorate": "was without quorum",
    "blind": "saw no cluster",
}


@dataclass(frozen=True)
class PlotSegment:
    """From `since` to `until` (seconds from the run's start): `kind` in one word, `tip` in full."""

    since: float
    until: float
    kind: str
    tip: str


def faults(timeline: Timeline) -> Iterator[PlotSegment]:
    """Each fault from its injection to its healing, or to the record's end (kinds: fault, missed)."""
    for one in fault_windows(timeline):
        where = f"{one.label or 'fault'}{one.node and f' on {one.node}'}"
        state = "in force" if one.landed is not None else "not proven to have landed,"
        last = ", not healed while recorded" if one.heal is None else ""
        told = f"{where}: {state} {one.injected:.2f} to {one.end:.2f} s{last}"
        yield PlotSegment(one.injected, one.end, "missed" if one.landed is None else "fault", told)


def answers(samples: Sequence[Sample], node: str) -> Iterator[PlotSegment]:
    """Unbroken runs of one node's page (kind: run)."""
    for answered, run in groupby(samples, key=lambda sample: sample.good and sample.page == node):
        if not answered:
            continue
        mine = list(run)
        slowest = max(sample.done - sample.sent for sample in mine)
        anew = sum("reconnected" in sample.detail for sample in mine)
        told = f"{node} answered {len(mine)} {when(mine)}, the slowest in {1000 * slowest:.0f} ms"
        again = f", on {anew} new connections" if anew else ""
        yield PlotSegment(mine[0].sent, mine[-1].done, "run", told + again)


def failures(samples: Sequence[Sample], outcome: str) -> Iterator[PlotSegment]:
    """Unbroken runs of one way to fail, from the first sending to the last end (kind: failed)."""
    for one, run in groupby(samples, key=lambda sample: sample.outcome):
        if one == outcome:
            mine = list(run)
            yield PlotSegment(mine[0].sent, max(sample.done for sample in mine), "failed", told(mine))


def held(timeline: Timeline, node: str) -> Iterator[PlotSegment]:
    """When a node surely held the address, and when it gave no answer (kinds: held, unseen)."""
    for one in holdings(timeline, node):
        until = max(one.since, one.until)
        yield PlotSegment(one.since, until, "held", f"{node} held it {one.since:.2f} to {until:.2f} s")
    yield from _states(timeline.readings_of(node), lambda reading: "" if reading.seen else "unseen")


def quorum(timeline: Timeline, node: str) -> Iterator[PlotSegment]:
    """What a node thought of its quorum (kinds: quorate, inquorate, blind, unseen)."""
    return _states(timeline.readings_of(node), _vote)


def _vote(reading: NodeReading) -> str:
    return {True: "quorate", False: "inquorate", None: "blind"}[reading.quorate] if reading.seen else "unseen"


def _states(readings: Sequence[NodeReading], state: Callable[[NodeReading], str]) -> Iterator[PlotSegment]:
    """Readings in a row that say the same; each counts until the next one, unless that comes late."""
    ends = [two.asked if two.asked - one.at <= BLIND else one.at for one, two in pairwise(readings)]
    whole = [*zip(readings, ends, strict=False), *((one, one.at) for one in readings[-1:])]
    begun: tuple[float, float, NodeReading] | None = None
    for reading, end in whole:
        if begun and _alike(begun[2], reading, state) and reading.asked <= begun[1]:
            begun = (begun[0], end, reading)
            continue
        if begun:
            yield from _named(begun, state)
        begun = (reading.asked, end, reading)
    if begun:
        yield from _named(begun, state)


def _alike(one: NodeReading, other: NodeReading, state: Callable[[NodeReading], str]) -> bool:
    return state(one) == state(other) and set(one.members) == set(other.members)


def _named(
    begun: tuple[float, float, NodeReading], state: Callable[[NodeReading], str]
) -> Iterator[PlotSegment]:
    since, until, reading = begun
    if kind := state(reading):
        members = f", members {', '.join(reading.members)}" if reading.members else ""
        yield PlotSegment(
            since, until, kind, f"{reading.node} {_STATES[kind]} {since:.2f} to {until:.2f} s{members}"
        )


def told(samples: Sequence[Sample]) -> str:
    """Requests that failed in one way, in words."""
    details = ", ".join(dict.fromkeys(sample.detail for sample in samples if sample.detail))
    return (
        f"{len(samples)} {samples[0].outcome.replace('_', ' ')} {when(samples)}{details and f': {details}'}"
    )


def when(samples: Sequence[Sample]) -> str:
    """When some requests were sent, in words."""
    first, last = samples[0].sent, samples[-1].sent
    return f"at {first:.2f} s" if len(samples) == 1 else f"from {first:.2f} to {last:.2f} s"
