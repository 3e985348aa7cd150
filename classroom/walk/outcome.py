"""What happened in a recorded scenario, as the answers to the walk's questions. Pure.

A question names the fact that answers it as NAME or NAME:MOMENT, such as `holder:during`. A moment is one at which the
scenario kept what the cluster said (drill.record.header.Captured); a fact without it is about the whole record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from classroom.walk.prediction import BOTH, NO, NOBODY, YES, Happened
from classroom.walk.reason import short
from drill.analysis.address_owners import latest_readings, owners_at
from drill.analysis.duration import Duration, measured
from drill.analysis.fault_windows import fault_windows, unproven_fault
from drill.analysis.operation_order import starts_and_stops
from drill.analysis.outages import Outage, outages_of
from drill.record.timeline import Timeline

LAST_REQUESTS = 4
"""So many requests before a moment tell whether the service answers then."""
NOT_SO_FAR = "not measured: the scenario did not get so far"


@dataclass(frozen=True)
class Record:
    """A record, and the ids of the address and the web server in it."""

    timeline: Timeline
    address: str
    web: str

    def moment(self, label: str) -> float | None:
        """The time of a moment (seconds of the record); None when the scenario did not get so far."""
        return next((one.at for one in self.timeline.header.captured if one.label == label), None)


Fact = Callable[[Record, float], Happened]
_facts: dict[str, Fact] = {}
FACTS: Mapping[str, Fact] = MappingProxyType(_facts)
"""Every fact by name; it takes the record and the moment (seconds; the record's end for a fact without a moment)."""


def _fact(name: str) -> Callable[[Fact], Fact]:
    def register(function: Fact) -> Fact:
        _facts[name] = function
        return function

    return register


def find(reference: str, record: Record) -> Happened:
    """The answer to a question. Raises KeyError for an unknown fact."""
    name, _, label = reference.partition(":")
    fact = FACTS[name]
    if record.timeline.header.error:
        return unknown(f"not measured: {record.timeline.header.error}")
    if why := unproven_fault(record.timeline):
        return unknown(f"not measured: {why}")
    at = record.moment(label) if label else record.timeline.end
    return unknown(NOT_SO_FAR) if at is None else fact(record, at)


def unknown(why: str) -> Happened:
    """What happened is not known, and why."""
    return Happened(why, known=False)


@_fact("holder")
def _holder(record: Record, at: float) -> Happened:
    owners = owners_at(record.timeline, at)
    if owners is None:
        return unknown("not measured: no node was read at that moment")
    if len(owners) > 1:
        return Happened(f"several nodes at once: {' and '.join(map(short, owners))}", "several nodes")
    value = short(owners[0]) if owners else NOBODY
    return Happened(value, value)


@_fact("answers")
def _answers(record: Record, at: float) -> Happened:
    last = [one for one in record.timeline.samples_of() if one.done <= at][-LAST_REQUESTS:]
    good = sum(one.good for one in last)
    if len(last) < LAST_REQUESTS or 0 < good < len(last):
        return unknown(
            f"not measured: {good} of the last {len(last)} requests before that moment were answered"
        )
    if not good:
        return Happened(f"no ({last[-1].outcome})", NO)
    return Happened(f"yes{last[-1].page and f', with the page of {short(last[-1].page)}'}", YES)


@_fact("together")
def _together(record: Record, at: float) -> Happened:
    readings = latest_readings(record.timeline, at).values()
    places = next((one.placements for one in readings if one.seen and one.placements), {})
    where = {id_: places.get(id_, "") for id_ in (record.address, record.web)}
    if not all(where.values()):
        return unknown("not measured: not both of them ran at that moment")
    text = ", ".join(f"{id_} on {short(node)}" for id_, node in where.items())
    same = len(set(where.values())) == 1
    return Happened(f"{YES if same else NO}: {text}", YES if same else NO)


def _caused(timeline: Timeline) -> tuple[Outage, ...]:
    injected = timeline.time_of_first("inject") or 0.0
    return tuple(one for one in outages_of(timeline) if one.next_good is None or one.next_good >= injected)


@_fact("down")
def _down(record: Record, at: float) -> Happened:
    """The longest outage that began while the fault was in effect. It has no end when only the heal ended it."""
    timeline = record.timeline
    heal = next((one.heal for one in fault_windows(timeline)), None)
    found = [one for one in _caused(timeline) if heal is None or one.first_failed < heal]
    if not timeline.samples_of():
        return unknown("not measured: there was no request")
    if not found:
        return Happened("not at all: every request was answered", least=0.0, most=0.0)
    longest = max(found, key=lambda one: one.lower)
    if longest.next_good is None or (heal is not None and longest.next_good >= heal):
        return Happened(
            f"{longest.lower:.1f} s without an answer, until the node was started again",
            least=longest.lower,
        )
    most = longest.next_good - (longest.first_failed if longest.last_good is None else longest.last_good)
    return Happened(Duration(longest.lower, most).summary, least=longest.lower, most=most)


@_fact("interruptions")
def _interruptions(record: Record, at: float) -> Happened:
    if not record.timeline.samples_of():
        return unknown("not measured: there was no request")
    found = _caused(record.timeline)
    lengths = "; ".join(measured(one).summary for one in found)
    return Happened(
        f"{len(found)}{lengths and f' ({lengths})'}", least=float(len(found)), most=float(len(found))
    )


@_fact("first_start")
def _first_start(record: Record, at: float) -> Happened:
    return _first(record, "start", record.timeline.nodes_in_role("peer"))


@_fact("first_stop")
def _first_stop(record: Record, at: float) -> Happened:
    return _first(record, "stop", record.timeline.nodes_in_role("target"))


def _first(record: Record, operation: str, nodes: tuple[str, ...]) -> Happened:
    """Which of the two came first on one of these nodes, by the cluster's own history."""
    ids = (record.address, record.web)
    for node in nodes:
        done = [
            one
            for one in starts_and_stops(record.timeline.header.operations or ())
            if one.node == node and one.operation == operation and one.resource in ids
        ]
        first = {one.resource: (one.at, -1 if one.call is None else one.call) for one in reversed(done)}
        if len(first) == 2:
            early, late = sorted(first, key=lambda id_: first[id_])
            if first[early] == first[late]:
                return Happened(f"{BOTH}, in the same second on {short(node)}", BOTH)
            return Happened(f"{early}, then {late} (on {short(node)})", early)
    return unknown("not measured: the cluster's history does not have both operations on one node")
