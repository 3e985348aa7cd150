"""The interval in which an outage is expected with a stated probability, from what this cluster itself measured.

cluster/outage_bounds.py says what is possible; this module says what is usual. Each phase has a distribution. The
token's hold (corosync.conf(5)) and the time to the next monitor have even distributions; all other phases have the
lengths of earlier records of the same cluster. Without enough of them there is no interval. Seconds throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cluster import phase_length
from cluster.outage_bounds import HOLD, Kind, Timing
from cluster.phase_length import Even, Measured, PhaseLength

Course = Literal["move", "loss", "web restart", "address restart"]
"""The sequence of an outage: resources move from a working node, a node is lost, or a resource is started again."""
COVERAGE = 0.998
"""The probability that an outage of a healthy cluster is inside its interval."""
FEWEST = 3
"""With fewer measurements of its course, an outage has no interval."""
AGAIN_S = 1.0
"""pacemaker's controller sleeps for 1 s when its own updates of the CIB are still under way (do_pe_invoke_callback)."""
MEASURED: Mapping[Course, tuple[str, ...]] = {
    "move": ("stopped", "started", "answered"),
    "loss": ("membership", "decided", "started", "answered"),
    "web restart": ("decided", "stopped", "answered"),
    "address restart": ("decided", "stopped", "started", "answered"),
}
"""The phases of a course that are measured, in the order of time (see drill.analysis.outage_phases)."""
_WHY = {
    "membership": "after consensus: the remaining node forms a membership alone",
    "decided": "the DC (elected if necessary) gives its first order; it may wait for 1 s before, once or twice",
    "stopped": "from the first request without an answer until all resources are stopped",
    "started": "the agent of the address",
    "answered": "the web server's start and the gratuitous ARP, until the first answer",
}


@dataclass(frozen=True)
class ExpectedPhase:
    """One phase: its distribution, the reason, and where its figures come from, for people."""

    name: str
    length: PhaseLength
    why: str
    source: str


@dataclass(frozen=True)
class Interval:
    """An outage lasts from `least` to `most` seconds with the probability `coverage`.

    `lines` describe each phase, with its own interval of the same coverage, for people.
    """

    least: float
    most: float
    coverage: float
    lines: tuple[str, ...]


def course_of(kind: Kind, resource: str) -> Course | None:
    """The course of a kind of fault; `resource` is the kind of resource that fails. None: no interval is computed.

    A client of a partition may see no outage, and a hang is not noticed.
    """
    courses: dict[Kind, Course] = {"graceful": "move", "crash": "loss", "freeze": "loss"}
    if kind == "process":
        return "address restart" if resource == "address" else "web restart"
    return courses.get(kind)


def interval(
    course: Course,
    timing: Timing,
    measured: Mapping[str, Sequence[float]],
    *,
    source: str,
    coverage: float = COVERAGE,
) -> Interval:
    """Predict the outage.

    `measured` has the lengths of each phase in MEASURED[course]; `source` says where they come from.

    Raises KeyError when a phase was not measured.
    """
    phases: list[ExpectedPhase] = []
    token, consensus = timing.token_s, timing.consensus_s
    if course == "loss":
        hold = token * HOLD
        why = f"token {token:g} s after the last token, which an idle ring holds for up to {hold:.2f} s"
        phases.append(ExpectedPhase("lost", Even(token - hold, token), why, "the running corosync"))
        why = f"consensus: {consensus:g} s until a silent node counts as failed"
        phases.append(ExpectedPhase("consensus", Even(consensus, consensus), why, "the running corosync"))
    elif course != "move":
        most = timing.monitor_s + timing.monitor_answer_s
        why = f"a monitor every {timing.monitor_s:g} s, answering in {timing.monitor_answer_s:g} s"
        phases.append(ExpectedPhase("noticed", Even(0.0, most), why, "the CIB and its operation history"))
    for name in MEASURED[course]:
        seconds = tuple(measured[name])
        length = Measured(seconds, AGAIN_S if name == "decided" else 0.0)
        phases.append(ExpectedPhase(name, length, _WHY[name], f"{len(seconds)} measurements: {source}"))
    drawn = phase_length.drawn([one.length for one in phases])
    least, most = phase_length.middle(map(sum, zip(*drawn, strict=True)), coverage)
    lines = []
    for one, lengths in zip(phases, drawn, strict=True):
        low, high = phase_length.middle(lengths, coverage)
        lines.append(f"{one.name}: {low:.3f} to {high:.3f} s: {one.why} ({one.source})")
    return Interval(least, most, coverage, tuple(lines))
