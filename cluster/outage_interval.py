"""The interval in which an outage is expected with a stated probability, from what this cluster itself measured.

cluster/outage_bounds.py says what is possible; this module says what is usual. Each phase has a distribution. The
token's hold (corosync.conf(5)) and the time to the next monitor have even distributions; all other phases have the
lengths of earlier records of the same cluster. Without enough of them there is no interval. Seconds throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from cluster import phase_length
from cluster.fencing import AFTER_OFF_S
from cluster.outage_bounds import HOLD, Kind
from cluster.phase_length import JEFFREYS, Even, Measured, PhaseLength, Waits
from cluster.timing import Timing

Course = Literal[
    "move", "loss", "loss with fencing", "answering until fenced", "web restart", "address restart"
]
"""The sequence of an outage: resources move from a working node, a node is lost (with fencing it may answer until it
is switched off), or resources are started again.

"address restart": two resources are started again, one after the other; "web restart": one. The names are those of the
walkthrough's cluster, and are stored. With a clone of the web server they are the other way round (see `course_of`).
"""
COVERAGE = 0.9995
"""The probability that an outage of a healthy cluster is inside its interval, if the distributions are right.

Then one verdict in 2000 fails by chance, and one run of all tests in 33: it gives about 60 verdicts.
"""
LIKELY = 0.98
"""The coverage of the narrower interval: it says what is usual, and one outage of fifty is expected outside."""
FEWEST = 3
"""With fewer measurements of its course, an outage has no interval."""
FEWEST_LIKELY = 5
"""With fewer measurements, it has no narrower interval: its width would come from the assumed spread."""
WAITS: Mapping[bool | None, int] = {None: 2, False: 2, True: 1}
"""How often the controller may wait (AGAIN_S), by whether the lost node is the DC (docs/results/prediction.md).

A DC that survives is told of the loss twice, by corosync's process groups (CPG) and by its quorum service. When the
second notice comes late, each of them makes it wait once. When the DC is lost, both have come before the new DC is
elected.
"""
LEAVING_WEIGHTS = (6.0, 0.05)
"""Weights of no wait and of one wait (phase_length.Waits) in "started" and in "answered", when a node leaves.

When the cluster programs of a node are stopped, the node first stops its resources, and then leaves the membership
while the other node may still be starting them. This can interrupt the DC's work, and then its controller may wait for
AGAIN_S. By the weights this happens in 0.8 % of each of the two phases: too rare for the likely interval.
Measured: 2 of 84 graceful stops (docs/results/prediction.md).
"""
AGAIN_S = 1.0
"""pacemaker's controller sleeps for 1 s when its own updates of the CIB are still under way (do_pe_invoke_callback)."""
MEASURED: Mapping[Course, tuple[str, ...]] = {
    "move": ("stopped", "started", "answered"),
    "loss": ("membership", "decided", "started", "answered"),
    "loss with fencing": ("membership", "decided", "fenced", "started", "answered"),
    "answering until fenced": ("fenced", "started", "answered"),
    "web restart": ("decided", "stopped", "answered"),
    "address restart": ("decided", "stopped", "started", "answered"),
}
"""The phases of a course that are measured, in the order of time (see drill.analysis.outage_phases)."""
_WHY = {
    "membership": "after consensus: the remaining node forms a membership alone",
    "decided": "the DC (elected if necessary) gives its first order; it may wait for 1 s before, once or twice",
    "fenced": "the lost node is switched off and on, by its fence device",
    "stopped": "from the first request without an answer until all resources are stopped",
    "started": "the agent of the address",
    "answered": "the web server's start and the gratuitous ARP, until the first answer",
}
_WHY_WITH_CLONE = {
    "stopped": "from the first request without an answer until the address is stopped",
    "answered": "the gratuitous ARP, until the first answer: the web server runs already",
}


@dataclass(frozen=True)
class ExpectedPhase:
    """One phase: its distribution, the reason, and where its figures come from, for people."""

    name: str
    length: PhaseLength
    why: str
    source: str


@dataclass(frozen=True)
class Target:
    """What is known beforehand of the node that a fault hits.

    `dc_lost`: it is the DC, and will be lost (None: not known); see WAITS. `leaves_membership`: see LEAVING_WEIGHTS.
    """

    dc_lost: bool | None = None
    leaves_membership: bool = False


@dataclass(frozen=True)
class Interval:
    """An outage lasts from `least` to `most` seconds with the probability `coverage`.

    `lines` describe each phase, with its own interval of the same coverage, for people. `likely` is the narrowest
    interval with the probability LIKELY; None with fewer than FEWEST_LIKELY measurements.
    """

    least: float
    most: float
    coverage: float
    lines: tuple[str, ...]
    likely: tuple[float, float] | None = None


def course_of(
    kind: Kind, resource: str, *, clone: bool = False, fences: bool = False, answers: bool = False
) -> Course | None:
    """The course of a kind of fault; `resource` is the kind of resource that fails. None: no interval is computed.

    `clone`: the web server is a clone, and the address is started after it: then the address needs the web server, and
    not the web server the address. A client of a partition may see no outage, and a hang is not noticed.
    `fences`: the cluster fences a lost node; `answers`: a lost node answers clients, until it is fenced.
    """
    courses: dict[Kind, Course] = {"graceful": "move", "crash": "loss", "freeze": "loss"}
    if kind == "process":
        return "address restart" if (resource == "address") != clone else "web restart"
    course = courses.get(kind)
    if course == "loss" and fences:
        return "answering until fenced" if answers else "loss with fencing"
    return course


def interval(
    course: Course,
    timing: Timing,
    measured: Mapping[str, Sequence[float]],
    *,
    source: str,
    coverage: float = COVERAGE,
    target: Target = Target(),
) -> Interval:
    """Predict the outage.

    `measured` has the lengths of each phase in MEASURED[course]; `source` says where they come from.

    Raises KeyError when a phase was not measured.
    """
    phases: list[ExpectedPhase] = []
    token, consensus = timing.token_s, timing.consensus_s
    if course in ("loss", "loss with fencing"):
        hold = token * HOLD
        why = f"token {token:g} s after the last token, which an idle ring holds for up to {hold:.2f} s"
        phases.append(ExpectedPhase("lost", Even(token - hold, token), why, "the running corosync"))
        why = f"consensus: {consensus:g} s until a silent node counts as failed"
        phases.append(ExpectedPhase("consensus", Even(consensus, consensus), why, "the running corosync"))
    elif course in ("web restart", "address restart"):
        most = timing.monitor_s + timing.monitor_answer_s
        why = f"a monitor every {timing.monitor_s:g} s, answering in {timing.monitor_answer_s:g} s"
        phases.append(ExpectedPhase("noticed", Even(0.0, most), why, "the CIB and its operation history"))
    for name in MEASURED[course]:
        seconds = tuple(measured[name])
        known = _known_wait(course, timing, seconds) if name == "fenced" else 0.0
        waits = _waits(course, name, seconds, target)
        length = Measured(seconds, waits, known)
        why = _WHY_WITH_CLONE.get(name, _WHY[name]) if timing.clone else _WHY[name]
        if waits and waits.weights == LEAVING_WEIGHTS:
            why += "; because the node leaves the membership, the DC sometimes waits for 1 s before its next order"
        phases.append(ExpectedPhase(name, length, why, f"{len(seconds)} measurements: {source}"))
    drawn = phase_length.drawn([one.length for one in phases])
    outages = [sum(lengths) for lengths in zip(*drawn, strict=True)]
    if timing.clone and course == "move":
        outages = [0.0 if one < timing.probe_s else one for one in outages]
    least, most = phase_length.middle(outages, coverage)
    count = min(len(tuple(measured[name])) for name in MEASURED[course])
    likely = None
    if count >= FEWEST_LIKELY:
        low, high = phase_length.narrowest(outages, LIKELY)
        likely = max(low, least), min(high, most)
    lines = []
    for one, lengths in zip(phases, drawn, strict=True):
        low, high = phase_length.middle(lengths, coverage)
        lines.append(f"{one.name}: {low:.3f} to {high:.3f} s: {one.why} ({one.source})")
    return Interval(least, most, coverage, tuple(lines), likely)


def _waits(course: Course, phase: str, seconds: Sequence[float], target: Target) -> Waits | None:
    """The controller's waits in a phase; None where none are assumed.

    When a phase usually lasts 1 s or longer, a wait cannot be distinguished from a slow agent.
    """
    if phase == "decided":
        return Waits(AGAIN_S, (JEFFREYS,) * (WAITS[target.dc_lost] + 1))
    if course == "move" and phase in ("started", "answered") and median(seconds) < AGAIN_S:
        # The measured outages are of all faults with this course. So a wait can be in them also when none is expected.
        # A slow agent of more than 1 s is taken for a wait too.
        return Waits(AGAIN_S, LEAVING_WEIGHTS if target.leaves_membership else ())
    return None


def _known_wait(course: Course, timing: Timing, seconds: Sequence[float]) -> float:
    """The known wait in all measured times of fencing: that of the slowest device that fits to them (seconds)."""
    if course == "answering until fenced":
        known: Sequence[float] = (AFTER_OFF_S,)
    else:
        known = timing.fence.waits if timing.fence else ()
    return max((one for one in known if one < min(seconds)), default=0.0)
