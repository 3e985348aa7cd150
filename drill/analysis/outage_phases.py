"""The phases of a fault's outage, from the DC's system journal and the requests; together they are the whole outage.

The course of the outage is read from the journal. A lost node: lost, membership, decided, started, answered. A node
that still works: stopped, started, answered. A failed resource: noticed, decided, stopped, (started,) answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from cluster.outage_interval import Course
from drill.analysis.fault_windows import fault_windows
from drill.analysis.once import once
from drill.analysis.outages import Outage, outages_of
from drill.record.header import LoggedMoment
from drill.record.timeline import Timeline

MEANING = {
    "lost": "corosync on a surviving node declares the token lost",
    "membership": "corosync forms a membership without the lost node",
    "noticed": "a monitor reports that the resource failed",
    "decided": "the DC gives its first order",
    "stopped": "all resources that move are stopped, and the DC orders the first start",
    "started": "the address is started, and the DC orders the start of the web server",
    "answered": "the web server is started, and a client gets its first answer",
}
"""What ends each phase."""


@dataclass(frozen=True)
class OutagePhase:
    """One phase (seconds of the record). Its begin and end are known to within `within` seconds."""

    name: str
    since: float
    until: float
    within: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.until - self.since

    @property
    def meaning(self) -> str:
        """What ends it, for people."""
        return MEANING[self.name]


@dataclass(frozen=True)
class OutageCourse:
    """The course of the first fault's outage; the first phase begins with the outage, the last one ends with it."""

    course: Course
    phases: tuple[OutagePhase, ...]

    @property
    def seconds(self) -> float:
        """The length of the outage: the sum of its phases."""
        return sum(one.seconds for one in self.phases)

    def lines(self) -> tuple[str, ...]:
        """Describe each phase and their sum, for people."""
        rows = (
            f"{one.name}: {one.seconds:.3f} s (ends known to {1000 * one.within:.0f} ms): until {one.meaning}"
            for one in self.phases
        )
        return (*rows, f"together: {self.seconds:.3f} s, within the limits of the measured outage")

    def lengths(self, consensus_s: float) -> Mapping[str, float]:
        """The lengths by phase for cluster.outage_interval; that of the membership is without consensus."""
        found = {one.name: one.seconds for one in self.phases}
        if "membership" in found:
            found["membership"] = max(0.0, found["membership"] - consensus_s)
        return found


@once
def outage_course(timeline: Timeline) -> OutageCourse | None:
    """The phases of the outage that the only fault caused.

    None when the record has several faults or outages, or when no node's journal shows the end of each phase.
    """
    faults = fault_windows(timeline)
    if len(faults) != 1 or not timeline.header.logged:
        return None
    caused = [one for one in outages_of(timeline) if faults[0].caused(one)]
    if len(caused) != 1 or caused[0].upper is None or caused[0].first_failed < faults[0].injected:
        return None
    for node in timeline.nodes:
        if found := _of_node(timeline, node, caused[0], faults[0].injected):
            return found
    return None


def _of_node(timeline: Timeline, node: str, outage: Outage, injected: float) -> OutageCourse | None:
    """The phases as one node's journal tells them; None when it did not give the orders."""
    assert outage.last_good is not None
    assert outage.next_good is not None
    begins, ends = (outage.last_good + outage.first_failed) / 2, (outage.last_failed + outage.next_good) / 2
    lines = [
        one
        for one in timeline.header.logged or ()
        if one.node == node and injected <= one.at <= outage.next_good
    ]
    starts = [one for one in lines if one.kind == "start"]
    if not 1 <= len(starts) <= 2 or len({one.resource for one in starts}) < len(starts):
        return None
    before = [one for one in lines if one.at <= starts[0].at]
    lost = _first(before, "token lost", 0.0)
    noticed = _first(before, "noticed", 0.0)
    if lost is not None:
        course: Course = "loss"
        marks = [
            ("lost", lost),
            ("membership", _first(before, "membership", lost.at)),
            ("decided", starts[0]),
        ]
    elif noticed is not None:
        course = "address restart" if len(starts) == 2 else "web restart"
        marks = [
            ("noticed", noticed),
            ("decided", _first(before, "stop", noticed.at)),
            ("stopped", starts[0]),
        ]
    else:
        course = "move"
        marks = [("stopped", starts[0] if _first(before, "stop", 0.0) else None)]
    if course != "web restart":
        marks.append(("started", starts[1] if len(starts) == 2 else None))
    moments = [(name, line.at) for name, line in marks if line is not None]
    if len(moments) < len(marks):
        return None
    # When requests get no answer, begin and end of the outage are known within half a second. The journal narrows them.
    begins, ends = min(begins, max(moments[0][1], outage.last_good)), max(ends, moments[-1][1])
    within = max(line.within for line in lines)
    times = [begins, *(at for _, at in moments), ends]
    if any(later < earlier - 2 * within for earlier, later in pairwise(times)):
        return None
    names = [*(name for name, _ in moments), "answered"]
    half = max(outage.first_failed - outage.last_good, outage.next_good - outage.last_failed) / 2
    return OutageCourse(course, tuple(_phases(names, times, within, half)))


def _phases(names: Iterable[str], times: list[float], within: float, half: float) -> Iterator[OutagePhase]:
    """The phases between the times. None of them ends before it begins."""
    since = times[0]
    last = len(times) - 2
    for number, name in enumerate(names):
        until = max(since, min(times[number + 1], times[-1]))
        yield OutagePhase(name, since, until, within + (half if number in (0, last) else 0.0))
        since = until


def _first(lines: Iterable[LoggedMoment], kind: str, since: float) -> LoggedMoment | None:
    return next((one for one in lines if one.kind == kind and one.at >= since), None)
