"""One scenario of a run: its record and its verdicts, and what a client saw in figures and words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from drill.analysis import overlap
from drill.analysis.address_owners import held_address
from drill.analysis.duration import Duration, measured, predicted
from drill.analysis.fault_windows import fault_windows
from drill.analysis.outages import Outage, outages_of
from drill.checks import verdict
from drill.checks.verdict import Verdict
from drill.record.timeline import Timeline


@dataclass(frozen=True)
class ScenarioResult:
    """One scenario of a run: its record, and the verdicts of its checks."""

    timeline: Timeline
    verdicts: tuple[Verdict, ...]

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.timeline.scenario

    @property
    def status(self) -> str:
        """PASS, FAIL or UNKNOWN: the worst of its verdicts; UNKNOWN when nothing was judged."""
        return verdict.worst_status(self.verdicts)

    @cached_property
    def outages(self) -> tuple[Outage, ...]:
        """The outages of a client that opens a new connection for each request."""
        return outages_of(self.timeline)

    @property
    def longest(self) -> Duration | None:
        """The longest outage; a duration of 0 when no request failed, None when none was sent."""
        return longest(self.outages) if self.timeline.samples_of() else None

    @cached_property
    def caused(self) -> tuple[Outage, ...]:
        """The outages that a fault may have caused. The prediction applies to them."""
        windows = fault_windows(self.timeline)
        return tuple(one for one in self.outages if any(window.caused(one) for window in windows))

    @property
    def later(self) -> tuple[Outage, ...]:
        """The outages that began after a heal, when the broken node came back."""
        injected = self.timeline.time_of_first("inject")
        return tuple(
            one
            for one in self.outages
            if one not in self.caused and injected is not None and one.first_failed > injected
        )

    @property
    def total(self) -> Duration:
        """The sum of all outages."""
        durations = [measured(one) for one in self.outages]
        return Duration(sum(one.least for one in durations), sum(one.most for one in durations))

    @property
    def overlap(self) -> Duration | None:
        """For how long two nodes held the address at once; None when the record cannot tell."""
        return overlap.total(overlap.held(self.timeline))

    @property
    def answered_overlap(self) -> Duration | None:
        """For how long two machines answered ARP requests for the address; None when nothing was witnessed."""
        return overlap.total(overlap.answered(self.timeline))

    @property
    def predicted(self) -> Duration | None:
        """The outage that was predicted from the live configuration; None when nothing was predicted.

        The least is 0 when every fault hit a node that did not hold the address: then clients may see no outage.
        """
        found = predicted(self.timeline.header.prediction)
        return Duration(0.0, found.most) if found and self.hit_without_address else found

    @cached_property
    def hit_without_address(self) -> tuple[str, ...]:
        """The nodes that the faults hit, when it is certain that none of them held the address; else empty."""
        timeline, windows = self.timeline, fault_windows(self.timeline)
        for one in windows:
            held = held_address(timeline, one.node, one.injected)
            if held is not False or one.node not in timeline.nodes or one.landed is None:
                return ()
        return tuple(dict.fromkeys(one.node for one in windows))

    @property
    def budget(self) -> float | None:
        """The longest outage that a client may see (seconds)."""
        return self.timeline.header.budget_s

    @property
    def error(self) -> str:
        """A failure of the drill itself ("" without one)."""
        return self.timeline.header.error


def outage_summary(result: ScenarioResult) -> tuple[str, ...]:
    """What a client saw, for people: the longest outage by the fault, their number, and the longest after the heal."""
    if result.longest is None:
        return ("nothing measured",)
    nodes = " and ".join(result.hit_without_address)
    if not result.outages:
        return (f"none ({nodes} did not hold the address)" if nodes else "none",)
    if result.timeline.time_of_first("inject") is None:
        return _counted(result.outages)
    none = f"none by the fault ({nodes} did not hold the address)" if nodes else "none by the fault"
    parts = _counted(result.caused) if result.caused else (none,)
    return (*parts, f"{longest(result.later).summary} after the heal") if result.later else parts


def _counted(outages: Sequence[Outage]) -> tuple[str, ...]:
    summary = longest(outages).summary
    return (summary, f"the longest of {len(outages)}") if len(outages) > 1 else (summary,)


def longest(outages: Iterable[Outage]) -> Duration:
    """The longest of several outages; 0 without any. An outage without an end has no upper limit."""
    durations = [measured(one) for one in outages]
    return Duration(
        max((one.least for one in durations), default=0.0), max((one.most for one in durations), default=0.0)
    )
