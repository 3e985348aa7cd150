"""The phases of a fault's outage, from the DC's system journal and the requests; together they are the whole outage.

The course is read from the journal. A lost node: lost, membership, decided, (fenced,) started, answered. A node that
answers until it is fenced: fenced, started, answered. A node that still works: stopped, started, answered. A failed
resource: noticed, decided, stopped, (started,) answered.

Where another node takes the address over, and the lab's network was witnessed, "started" ends when the address is on
the new owner's interface, and "announced" follows (drill.analysis.takeover). Without a witness, "started" ends when
the DC orders the next start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cluster.outage_interval import Course
from drill.analysis.fault_windows import fault_windows
from drill.analysis.once import once
from drill.analysis.outage_edges import Edge, edges
from drill.analysis.outages import Outage, outages_of
from drill.analysis.takeover import ADDRESS_UP, ANNOUNCED, Moment, takeover
from drill.record.header import LoggedMoment
from drill.record.timeline import Timeline

MEANING = {
    "lost": "corosync on a surviving node declares the token lost",
    "membership": "corosync forms a membership without the lost node",
    "noticed": "a monitor reports that the resource failed",
    "decided": "the DC gives its first order",
    "fenced": "the lost node is switched off and on, and the DC orders the first start",
    "stopped": "all resources that move are stopped, and the DC orders the first start",
    "started": "the first resource is started, and the DC orders the start of the second one",
    ADDRESS_UP: "the address is on the interface of its new owner",
    ANNOUNCED: "the first gratuitous ARP tells the network the new owner's hardware address",
    "answered": "all resources are started, and a client gets its first answer",
}
"""What ends each phase."""


@dataclass(frozen=True)
class OutagePhase:
    """One phase (seconds of the record). Its begin and end are known to within `within` seconds.

    `ends` is a key of MEANING: a phase can be told by several signs.
    """

    name: str
    since: float
    until: float
    within: float
    ends: str

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.until - self.since

    @property
    def meaning(self) -> str:
        """What ends it, for people."""
        return MEANING[self.ends]


@dataclass(frozen=True)
class OutageCourse:
    """The course of the first fault's outage; the first phase begins with the outage, the last one ends with it.

    `ordered` are the same phases as the DC's orders alone tell them. Predictions learn from these: a cluster's earlier
    outages may have had no witness.
    """

    course: Course
    phases: tuple[OutagePhase, ...]
    ordered: tuple[OutagePhase, ...]

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
        found = {one.name: one.seconds for one in self.ordered}
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
    lines = [
        one
        for one in timeline.header.logged or ()
        if one.node == node
        and injected <= one.at <= (outage.next_good or 0.0)
        and _is_about_service(timeline, one)
    ]
    starts = [one for one in lines if one.kind == "start"]
    if not 1 <= len(starts) <= 2 or len({one.resource for one in starts}) < len(starts):
        return None
    found = _marks(lines, starts, outage.last_good or 0.0)
    if found is None:
        return None
    course, marks = found
    moves = course in ("loss", "loss with fencing", "answering until fenced", "move")
    signs = takeover(timeline, starts[0], outage) if moves else ()
    second = starts[1:] and Moment("started", starts[1].at, starts[1].within)
    if second:
        ordered = [*marks, second]
    elif moves:  # only the address moves: a clone of the web server runs on the new owner already
        ordered = [*marks, *signs[:1]]
    else:
        ordered = marks
    if moves and len(ordered) == len(marks):
        return None
    witnessed = [*marks, *signs] if len(signs) == 2 else []
    limits = _limits(edges(timeline, outage), ordered[0].at, max(one.at for one in (*ordered, *witnessed)))
    plain = _filled(limits, ordered)
    told = _filled(limits, witnessed) if witnessed else None
    return OutageCourse(course, told or plain, plain) if plain else None


def _marks(
    lines: Sequence[LoggedMoment], starts: Sequence[LoggedMoment], last_good: float
) -> tuple[Course, list[Moment]] | None:
    """The course, and the ends of its phases up to the first start; None when one of them is not logged.

    `last_good` is when the last request before the outage was sent (seconds).
    """
    before = [one for one in lines if one.at <= starts[0].at]
    lost = _first(before, "token lost", 0.0)
    noticed = _first(before, "noticed", 0.0)
    fence = _first(before, "fence", 0.0)
    course: Course
    marks: list[tuple[str, LoggedMoment | None]]
    if fence is not None and fence.at <= last_good:
        course, marks = "answering until fenced", [("fenced", starts[0])]
    elif lost is not None and fence is not None:
        course = "loss with fencing"
        marks = [
            ("lost", lost),
            ("membership", _first(before, "membership", lost.at)),
            ("decided", fence),
            ("fenced", starts[0]),
        ]
    elif lost is not None:
        course = "loss"
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
    found = [Moment(name, line.at, line.within) for name, line in marks if line is not None]
    return (course, found) if len(found) == len(marks) else None


def _limits(found: tuple[Edge, Edge], first: float, last: float) -> tuple[Moment, Moment]:
    """The begin and the end of the outage. `first` and `last` are moments in it, or close to it (seconds).

    When requests get no answer, begin and end are known within half a second; the moments narrow them.
    """
    begin, end = found
    begins, ends = min(begin.at, max(first, begin.least)), max(end.at, min(last, end.most))
    return Moment("", begins, begin.within), Moment("answered", ends, end.within)


def _filled(limits: tuple[Moment, Moment], moments: Sequence[Moment]) -> tuple[OutagePhase, ...] | None:
    """The phases between the moments; together they are the whole outage. None when the moments contradict it."""
    ends = [limits[0], *moments, limits[1]]
    if any(later.at < earlier.at - earlier.within - later.within for earlier, later in pairwise(ends)):
        return None
    return tuple(_phases(ends))


def _phases(ends: Sequence[Moment]) -> Iterator[OutagePhase]:
    """The phases between the ends. None of them ends before it begins."""
    since, last = ends[0].at, len(ends) - 1
    for number, (begin, end) in enumerate(pairwise(ends), start=1):
        until = max(since, min(end.at, ends[-1].at))
        outer = number in (1, last)
        within = begin.within + end.within if outer else max(begin.within, end.within)
        yield OutagePhase("started" if end.name == ADDRESS_UP else end.name, since, until, within, end.name)
        since = until


def _is_about_service(timeline: Timeline, line: LoggedMoment) -> bool:
    """Whether a line is about the service, and not about another resource such as a fence device."""
    known = timeline.header.resources
    return not line.resource or not known or line.resource in known


def _first(lines: Iterable[LoggedMoment], kind: str, since: float) -> LoggedMoment | None:
    return next((one for one in lines if one.kind == kind and one.at >= since), None)
