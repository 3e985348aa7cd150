"""What a record is worth: whether its requests and readings are enough to judge from, and when a machine was late.

A busy or paused machine delays requests, readings and the cluster itself. A failure at that time does not prove a fault
of the cluster. The registry of the checks applies this to every verdict (drill.checks.registry).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from drill.analysis.coverage import watched_period
from drill.analysis.fault_windows import FaultWindow, fault_windows
from drill.analysis.once import once
from drill.record.timeline import Timeline

MOST_MISSED = 0.05
"""A probe that missed more than this share of its slots (0 to 1) proves nothing."""
MOST_UNREAD = 0.2
SPARSE_S = 1.0
"""Nodes that were unread for more than this share of the time, in gaps longer than this (seconds), prove nothing."""
SHORTEST_S = 0.1
"""Shorter delays are ignored (seconds)."""
MOST_LATE = 0.05
"""When machines were late for this share of a failure's length (0 to 1), they may be its cause."""
TICK_S = 1.0
"""A reading of a node reports a pause at most this long after it (seconds)."""


@dataclass(frozen=True)
class Span:
    """When a failure was seen (seconds). `excess` is its length beyond the allowed one; None: no failure is allowed."""

    since: float
    until: float
    excess: float | None = None


@dataclass(frozen=True)
class Late:
    """A machine did not run for `seconds`, somewhere from `since` to `until` (seconds of the record).

    `placed`: `since` and `until` are close to the pause. A line of corosync's log has only the node's own clock.
    """

    since: float
    until: float
    seconds: float
    where: str
    placed: bool = True

    @property
    def summary(self) -> str:
        """The lateness in a few words, for people."""
        return f"{self.where} for {self.seconds:.2f} s" + (f" at {self.since:.2f} s" if self.placed else "")

    def within(self, span: Span) -> float:
        """The longest part of it that can lie in a span (seconds); 0 when its time is not known."""
        if not self.placed:
            return 0.0
        return max(0.0, min(self.seconds, min(self.until, span.until) - max(self.since, span.since)))


@dataclass(frozen=True)
class Worth:
    """`missing` maps a kind of evidence to the reason why the record has too little of it. `late` is in time order.

    `long` is the length of a pause that can change the cluster itself (seconds); `whole` is the record's own span.
    """

    missing: Mapping[str, str]
    late: tuple[Late, ...]
    long: float
    whole: Span

    def doubt(self, span: Span) -> str:
        """Why a machine, and not the cluster, may be the cause of a failure, for people; "" when none can be.

        A machine can be the cause when it was late for MOST_LATE of the failure, or for as long as its `excess`; or
        when it was paused before for so long that the cluster had to react.
        """
        sums: dict[str, float] = {}
        for one in self.late:
            sums[one.where] = sums.get(one.where, 0.0) + one.within(span)
        where, seconds = max(sums.items(), key=lambda pair: pair[1], default=("", 0.0))
        enough = MOST_LATE * (span.until - span.since)
        if span.excess is not None:
            enough = min(enough, span.excess)
        if seconds >= max(SHORTEST_S, enough):
            return f"{where} did not run for {seconds:.2f} s from {span.since:.2f} to {span.until:.2f} s"
        paused = [one for one in self.late if one.seconds >= self.long and one.since <= span.until]
        if paused and (span.excess is None or span.excess <= sum(one.seconds for one in paused)):
            return f"a pause that the cluster may have noticed: {max(paused, key=_length).summary}"
        return ""


@once
def worth(timeline: Timeline) -> Worth:
    """Judge whether a record is enough for verdicts, and when a machine was late."""
    missing = {"requests": _few_requests(timeline), "readings": _few_readings(timeline)}
    found = [*_of_this_machine(timeline), *_of_the_probe(timeline), *_of_nodes(timeline)]
    token = timeline.header.token_s
    return Worth(
        missing,
        tuple(sorted(found, key=lambda one: one.since)),
        token / 2 if token else SPARSE_S,
        Span(0.0, timeline.end),
    )


def summary(timeline: Timeline) -> str:
    """How late the machines were in a record, in one line for people; "" when nobody watched them."""
    found = worth(timeline).late
    if timeline.header.watched_processors is None and not found:
        return ""
    if not found:
        return "never late"
    longest = max(found, key=_length)
    return f"{len(found)} times late, the longest: {longest.summary}"


def _length(one: Late) -> float:
    return one.seconds


def _few_requests(timeline: Timeline) -> str:
    probe = timeline.header.probe
    if probe is None or probe.missed <= MOST_MISSED * probe.slots:
        return ""
    share = (
        f"{probe.missed} of {probe.slots} slots of the probe were missed ({probe.missed / probe.slots:.1%})"
    )
    return f"{share}, the latest request was {probe.worst_late:.2f} s late"


def _few_readings(timeline: Timeline) -> str:
    """Why there are too few readings: for too long, no node was read. Gaps of single nodes are judged by the checks."""
    whole = watched_period(timeline)
    if whole is None:
        return ""
    windows = fault_windows(timeline)
    seen = sorted((one.asked, one.at) for one in timeline.node_readings if one.seen)
    covered = [(whole[0], whole[0]), *seen, (whole[1], whole[1])]
    unread, longest = 0.0, timeline.patient(SPARSE_S)
    for (_, since), (until, _) in pairwise(covered):
        if until - since > longest and not any(one.injected <= until and since <= one.end for one in windows):
            unread += until - since
    length = whole[1] - whole[0]
    if length > 0 and unread > MOST_UNREAD * length:
        return f"no node was read for {unread:.1f} of {length:.1f} s"
    return ""


def _of_this_machine(timeline: Timeline) -> Iterator[Late]:
    for one in timeline.lateness:
        if one.until - one.since >= SHORTEST_S:
            yield Late(one.since, one.until, one.until - one.since, one.where)


def _of_the_probe(timeline: Timeline) -> Iterator[Late]:
    """The times in which the probe should have sent requests and did not."""
    if not timeline.header.probe_hz:
        return
    period = 1 / timeline.header.probe_hz
    longest = 2 * period + SHORTEST_S
    for before, after in pairwise(timeline.sent_times()):
        if after - before >= longest:
            since = before + period
            yield Late(since, after, after - since, "the probe")


def _of_nodes(timeline: Timeline) -> Iterator[Late]:
    """The pauses of nodes that no fault explains."""
    windows = fault_windows(timeline)
    for node in timeline.nodes:
        before = 0.0
        for one in timeline.readings_of(node):
            since = min(before, one.at - one.late) - TICK_S
            if one.late > 0 and not _explained(timeline, windows, node, since, one.at):
                yield Late(since, one.at, one.late, node)
            before = one.asked if one.seen else before
    broken = {one.node for one in windows}
    for pause in timeline.header.pauses or ():
        if pause.node not in broken and "" not in broken:
            yield Late(0.0, timeline.end, pause.seconds, f"corosync on {pause.node} (its log)", placed=False)


def _explained(
    timeline: Timeline, windows: tuple[FaultWindow, ...], node: str, since: float, until: float
) -> bool:
    """Whether a fault that stops the node, or the node's return afterwards, explains that it did not run or answer."""
    if timeline.header.stops_node is False:
        return False
    for one in windows:
        if one.node == node and until >= one.injected:
            back = [
                reading.at
                for reading in timeline.readings_of(node)
                if reading.seen and reading.asked >= one.end
            ]
            if since <= min(back, default=timeline.end):
                return True
    return False
