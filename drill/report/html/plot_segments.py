"""A timeline as segments of time with the same state: the bars of a plot, and their texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from drill.analysis.address_owners import LONGEST_GAP, DoubleOwnership, ownerships
from drill.analysis.fault_windows import fault_windows
from drill.analysis.overlap import off_periods
from drill.record.timeline import NodeReading, Sample, Timeline

_STATES = {
    "unseen": "gave no answer",
    "quorate": "had quorum",
    "inquorate": "was without quorum",
    "blind": "saw no cluster",
}


@dataclass(frozen=True)
class PlotSegment:
    """A segment from `since` to `until` (seconds of the record); `kind` is one word, `tip` is the full text."""

    since: float
    until: float
    kind: str
    tip: str


def fault_segments(timeline: Timeline) -> Iterator[PlotSegment]:
    """Each fault from its injection to its heal, or to the record's end (kinds: fault, missed)."""
    for one in fault_windows(timeline):
        where = f"{one.label or 'fault'}{one.node and f' on {one.node}'}"
        state = "in effect" if one.landed is not None else "not proven to be in effect"
        last = ", not healed in this record" if one.heal is None else ""
        tip = f"{where}: {state}, {one.injected:.2f} to {one.end:.2f} s{last}"
        yield PlotSegment(one.injected, one.end, "missed" if one.landed is None else "fault", tip)


def answer_segments(samples: Sequence[Sample], node: str) -> Iterator[PlotSegment]:
    """Consecutive answers with one node's page (kind: run)."""
    for answered, run in groupby(samples, key=lambda sample: sample.good and sample.page == node):
        if not answered:
            continue
        mine = list(run)
        slowest = max(sample.done - sample.sent for sample in mine)
        reconnected = sum("reconnected" in sample.detail for sample in mine)
        times = sending_times(mine)
        tip = f"{node} answered {len(mine)} {times}, the slowest in {1000 * slowest:.0f} ms"
        again = f", on {reconnected} new connections" if reconnected else ""
        yield PlotSegment(mine[0].sent, mine[-1].done, "run", tip + again)


def failure_segments(samples: Sequence[Sample], outcome: str) -> Iterator[PlotSegment]:
    """Consecutive failures of one kind, from the first sending to the last end (kind: failed)."""
    for one, run in groupby(samples, key=lambda sample: sample.outcome):
        if one == outcome:
            mine = list(run)
            end = max(sample.done for sample in mine)
            yield PlotSegment(mine[0].sent, end, "failed", failure_summary(mine))


def wait_segments(samples: Iterable[Sample]) -> Iterator[PlotSegment]:
    """Clients that got a good answer late, each from its beginning to its answer (kind: failed)."""
    for one in samples:
        tip = f"began at {one.sent:.2f} s, answered by {one.page} after {one.done - one.sent:.2f} s"
        yield PlotSegment(one.sent, one.done, "failed", tip + (f": {one.detail}" if one.detail else ""))


def ownership_segments(timeline: Timeline, node: str) -> Iterator[PlotSegment]:
    """When a node certainly held the address, gave no answer, and had no power (kinds: held, unseen, off)."""
    for one in ownerships(timeline, node):
        until = max(one.since, one.until)
        yield PlotSegment(one.since, until, "held", f"{node} held it {one.since:.2f} to {until:.2f} s")
    yield from _states(timeline, node, lambda reading: "" if reading.seen else "unseen")
    for since, until in off_periods(timeline, node):
        yield PlotSegment(since, until, "off", f"{node} had no power {since:.2f} to {until:.2f} s")


def double_segments(found: Iterable[DoubleOwnership]) -> Iterator[PlotSegment]:
    """The periods in which two nodes held the address at the same time (kind: double)."""
    return (PlotSegment(one.since, max(one.since, one.until), "double", one.summary) for one in found)


def answer_periods(timeline: Timeline, holder: str) -> Iterator[PlotSegment]:
    """The periods in which a machine answered ARP requests for the address (kind: held)."""
    readings = sorted((one for one in timeline.arp if not one.announced), key=lambda one: one.asked)
    for answers, run in groupby(readings, key=lambda one: holder in one.holders):
        mine = list(run)
        if answers:
            tip = f"{holder} answered ARP requests {mine[0].asked:.2f} to {mine[-1].at:.2f} s"
            yield PlotSegment(mine[0].asked, mine[-1].at, "held", tip)


def quorum_segments(timeline: Timeline, node: str) -> Iterator[PlotSegment]:
    """A node's quorum as its own cluster showed it (kinds: quorate, inquorate, blind, unseen)."""
    return _states(timeline, node, _quorum_state)


def failure_summary(samples: Sequence[Sample]) -> str:
    """Requests that failed in one way, for people."""
    details = ", ".join(dict.fromkeys(sample.detail for sample in samples if sample.detail))
    count, kind, first = len(samples), samples[0].outcome.replace("_", " "), samples[0].sent
    one = f"{count} {kind} at {first:.2f} s"
    text = one if count == 1 else f"{count} {kind} from {first:.2f} to {samples[-1].sent:.2f} s"
    return f"{text}: {details}" if details else text


def sending_times(samples: Sequence[Sample]) -> str:
    """When some requests were sent, for people."""
    first, last = samples[0].sent, samples[-1].sent
    return f"at {first:.2f} s" if len(samples) == 1 else f"from {first:.2f} to {last:.2f} s"


def _quorum_state(reading: NodeReading) -> str:
    return {True: "quorate", False: "inquorate", None: "blind"}[reading.quorate] if reading.seen else "unseen"


def _states(timeline: Timeline, node: str, state: Callable[[NodeReading], str]) -> Iterator[PlotSegment]:
    """A node's consecutive readings with the same state. A reading counts until the next, unless that is late."""
    readings = timeline.readings_of(node)
    ends = [
        following.asked if following.asked - reading.at <= timeline.patient(LONGEST_GAP) else reading.at
        for reading, following in pairwise(readings)
    ]
    whole = [*zip(readings, ends, strict=False), *((one, one.at) for one in readings[-1:])]
    current: tuple[float, float, NodeReading] | None = None
    for reading, end in whole:
        if current and _same_state(current[2], reading, state) and reading.asked <= current[1]:
            current = (current[0], end, reading)
            continue
        if current:
            yield from _state_segment(current, state)
        current = (reading.asked, end, reading)
    if current:
        yield from _state_segment(current, state)


def _same_state(a: NodeReading, b: NodeReading, state: Callable[[NodeReading], str]) -> bool:
    return state(a) == state(b) and set(a.members) == set(b.members)


def _state_segment(
    current: tuple[float, float, NodeReading], state: Callable[[NodeReading], str]
) -> Iterator[PlotSegment]:
    """The segment of a state; none for the state ""."""
    since, until, reading = current
    if kind := state(reading):
        members = f", members {', '.join(reading.members)}" if reading.members else ""
        tip = f"{reading.node}: {_STATES[kind]}, {since:.2f} to {until:.2f} s{members}"
        yield PlotSegment(since, until, kind, tip)
