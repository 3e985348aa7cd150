"""Faults as they went by: each injection with its landing and its healing, put together from the marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drill.analysis.outages import Outage
from drill.record.timeline import Event, Timeline

NO_INJECTION = "no mark tells when the fault was injected"


@dataclass(frozen=True)
class FaultWindow:
    """One injection on one node ("" when the marks do not say); seconds, None for what was not marked.

    `landed` is the last proof of it, `end` the beginning of its heal, or of the same again, or the record's end.
    """

    label: str
    node: str
    injected: float
    landed: float | None
    heal: float | None
    end: float

    @property
    def named(self) -> str:
        """The fault in words."""
        return f"{self.label or 'the fault'}{self.node and f' on {self.node}'} at {self.injected:.2f} s"

    def brought(self, outage: Outage) -> bool:
        """The outage began before the heal and was not over before the fault."""
        over = outage.next_good is not None and outage.next_good < self.injected
        return outage.first_failed < self.end and not over


@dataclass(frozen=True)
class Period:
    """A stretch of time in which a state is judged, and the node that is broken in it."""

    since: float
    until: float
    node: str = ""

    @property
    def text(self) -> str:
        """The window in words."""
        return f"{self.since:.2f} to {self.until:.2f} s"


def faulty(timeline: Timeline) -> bool:
    """Tell whether a fault belongs to this scenario, by its name or by a mark."""
    return bool(timeline.header.fault or timeline.events_of("inject", "not_landed"))


def fault_windows(timeline: Timeline) -> tuple[FaultWindow, ...]:
    """All injections in time order; a mark belongs to the injection before it that bears the same names."""
    injections = timeline.events_of("inject")
    found = []
    for index, event in enumerate(injections):
        again = next((one.at for one in injections[index + 1 :] if _same(event, one)), float("inf"))
        heal = next(_moments(event, timeline.events_of("heal", "healed"), again), None)
        end = min(timeline.end, again) if heal is None else heal
        proofs = [at for at in _moments(event, timeline.events_of("landed"), again) if at <= end]
        target = timeline.node_in_role("target")
        node = event.node or (target if target in timeline.nodes else "")
        label = event.label or timeline.header.fault
        found.append(FaultWindow(label, node, event.at, max(proofs, default=None), heal, end))
    return tuple(found)


def during(timeline: Timeline) -> tuple[Period, ...]:
    """When a fault was in force: from each landing to its heal. The whole record for a scenario without a fault.

    Faults that overlap (both nodes at once) make one window, from the last landing to the last heal. None at all
    when there is a fault and no mark of its injection: see NO_INJECTION.
    """
    if not faulty(timeline):
        return (Period(0.0, timeline.end),)
    found: list[Period] = []
    landed = ((one.landed, one.end, one.node) for one in fault_windows(timeline) if one.landed is not None)
    for since, until, node in sorted(landed):
        if found and since < found[-1].until:
            last = found.pop()
            found.append(Period(since, max(until, last.until), node if node == last.node else ""))
        else:
            found.append(Period(since, until, node))
    return tuple(found)


def missed(timeline: Timeline) -> str:
    """Why it is not proven that every fault landed, in words; "" when it is, or when there is none."""
    for event in timeline.events_of("not_landed"):
        where = event.node and f" on {event.node}"
        told = event.detail and f": {event.detail}"
        return f"{event.label or timeline.header.fault or 'the fault'}{where} did not land{told}"
    if faulty(timeline) and not timeline.events_of("landed"):
        return f"no mark proves that {timeline.header.fault or 'the fault'} landed"
    for one in fault_windows(timeline):
        if one.landed is None:
            return f"no mark proves that {one.named} landed"
    return ""


def _moments(event: Event, others: Iterable[Event], before: float) -> Iterator[float]:
    return (one.at for one in others if event.at <= one.at < before and _same(event, one))


def _same(one: Event, other: Event) -> bool:
    """Two marks may be about one fault when no name of theirs says otherwise."""
    pairs = ((one.node, other.node), (one.label, other.label))
    return all(mine == theirs for mine, theirs in pairs if mine and theirs)
