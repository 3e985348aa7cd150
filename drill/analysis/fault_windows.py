"""The faults of a record: each injection with its proof and its heal, combined from the events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drill.analysis.once import once
from drill.analysis.outages import Outage
from drill.record.timeline import Event, Timeline

NO_INJECTION = "no event says when the fault was injected"


@dataclass(frozen=True)
class FaultWindow:
    """One injection on one node ("" when the events do not name it). Times in seconds, None without an event.

    `landed` is the last proof that the fault is in effect. `end` is the beginning of its heal, or the next injection of
    the same fault, or the record's end.
    """

    label: str
    node: str
    injected: float
    landed: float | None
    heal: float | None
    end: float

    @property
    def summary(self) -> str:
        """The fault in one line, for people."""
        return f"{self.label or 'the fault'}{self.node and f' on {self.node}'} at {self.injected:.2f} s"

    def caused(self, outage: Outage) -> bool:
        """Whether the fault may have caused an outage: it began before the heal and ended after the injection."""
        over = outage.next_good is not None and outage.next_good < self.injected
        return outage.first_failed < self.end and not over


@dataclass(frozen=True)
class Period:
    """A period in which a state is judged (seconds), and the node that is broken in it ("": none, or several)."""

    since: float
    until: float
    node: str = ""

    @property
    def summary(self) -> str:
        """The period for people."""
        return f"{self.since:.2f} to {self.until:.2f} s"


def has_fault(timeline: Timeline) -> bool:
    """Whether the header or an event says that this scenario injects a fault."""
    return bool(timeline.header.fault or timeline.events_of("inject", "not_landed"))


@once
def fault_windows(timeline: Timeline) -> tuple[FaultWindow, ...]:
    """All injections in time order. A later event belongs to the last injection with the same label and node."""
    injections = timeline.events_of("inject")
    found = []
    for index, event in enumerate(injections):
        again = next((one.at for one in injections[index + 1 :] if _may_match(event, one)), float("inf"))
        heal = next(_moments(event, timeline.events_of("heal", "healed"), again), None)
        end = min(timeline.end, again) if heal is None else heal
        proofs = [at for at in _moments(event, timeline.events_of("landed"), again) if at <= end]
        target = timeline.node_in_role("target")
        node = event.node or (target if target in timeline.nodes else "")
        label = event.label or timeline.header.fault
        found.append(FaultWindow(label, node, event.at, max(proofs, default=None), heal, end))
    return tuple(found)


@once
def fault_periods(timeline: Timeline) -> tuple[Period, ...]:
    """The periods in which a fault was in effect: from its proof to its heal; the whole record without a fault.

    Faults that overlap (both nodes at once) make one period, from the last proof to the last heal. Empty when there
    is a fault but no event of its injection (see NO_INJECTION).
    """
    if not has_fault(timeline):
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


def unproven_fault(timeline: Timeline) -> str:
    """Why it is not proven that every fault took effect, for people; "" when it is proven, or without a fault."""
    for event in timeline.events_of("not_landed"):
        where = event.node and f" on {event.node}"
        reason = event.detail and f": {event.detail}"
        return f"{event.label or timeline.header.fault or 'the fault'}{where} did not take effect{reason}"
    if has_fault(timeline) and not timeline.events_of("landed"):
        return f"no event proves that {timeline.header.fault or 'the fault'} took effect"
    for one in fault_windows(timeline):
        if one.landed is None:
            return f"no event proves that {one.summary} took effect"
    return ""


def _moments(event: Event, others: Iterable[Event], before: float) -> Iterator[float]:
    return (one.at for one in others if event.at <= one.at < before and _may_match(event, one))


def _may_match(first: Event, second: Event) -> bool:
    """Whether two events may be about the same fault: neither their nodes nor their labels differ."""
    pairs = ((first.node, second.node), (first.label, second.label))
    return all(a == b for a, b in pairs if a and b)
