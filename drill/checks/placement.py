"""Checks of where the resources ran, by the cluster status of each node."""

from __future__ import annotations

from collections.abc import Sequence

from drill.analysis.coverage import LONG_SILENCE, answered_readings, unread_reason, watched_period
from drill.analysis.fault_windows import NO_INJECTION, Period, fault_periods
from drill.checks.base import check
from drill.checks.ownership import END_PERIOD, NO_READING
from drill.checks.verdict import CheckResult, failed, passed, unknown, worst_result
from drill.record.timeline import NodeReading, Timeline
from language.marking import marked

WHEN = ("fault", "end")


@check("colocated", "readings")
def colocated(timeline: Timeline, resources: Sequence[str] = ()) -> CheckResult:
    """In every reading, all running resources are on one node (default: all resources of the lab)."""
    names = _resources(timeline, resources)
    expected = f"{' and '.join(names) or 'the resources'} on one node at all times"
    whole = watched_period(timeline)
    if whole is None:
        return unknown(expected, NO_READING)
    places = [(tuple(map(one.placements.get, names)), one) for one in _answered(timeline)]
    different = {found for found, _ in places}
    apart_ = {found for found in different if len(set(found) - {"", None}) > 1}
    if split := [_placement_summary(one) for found, one in places if found in apart_]:
        return failed(expected, split[0], *split[1:5])
    running = {found for found in different if all(found)}
    together = [one for found, one in places if found in running]
    if len(names) < 2 or not together:
        return unknown(expected, "no reading shows them all running")
    if reason := _all_unread(timeline, *whole):
        return unknown(expected, reason)
    return passed(
        expected, f"in all {len(together)} readings that show them running", _placement_summary(together[-1])
    )


@check("apart", "requests", "readings")
def apart(timeline: Timeline, resources: Sequence[str] = ()) -> CheckResult:
    """All resources are Started, but on different nodes, and no client gets an answer (walkthrough step 7.2)."""
    names = _resources(timeline, resources)
    expected = f"{' and '.join(names) or 'the resources'} Started on different nodes, and the service broken"
    if not timeline.node_readings:
        return unknown(expected, NO_READING)
    runs: list[list[NodeReading]] = [[]]
    for one in _answered(timeline):
        if _all_run(one, names) and len(_nodes(one, names)) > 1:
            runs[-1].append(one)
        elif runs[-1]:
            runs.append([])
    longest = max(runs, key=lambda run: run[-1].at - run[0].at if run else -1.0)
    if not longest:
        return failed(expected, f"never on different nodes; {_placement_summary(_answered(timeline)[-1])}")
    since, until = longest[0].at, longest[-1].asked
    inside = [one for one in timeline.samples_of() if since <= one.sent and one.done <= until]
    seen = f"{_placement_summary(longest[0])}, until {until:.2f} s"
    if good := [one for one in inside if one.good]:
        return failed(
            expected, f"{seen}; yet {good[0].page or 'the service'} answered at {good[0].sent:.2f} s"
        )
    if not inside:
        return unknown(expected, f"{seen}; no request was sent in that time")
    return passed(expected, f"{seen}; all {len(inside)} requests failed")


@check("runs_on", "readings")
def runs_on(timeline: Timeline, role: str, when: str = "end", resource: str = "") -> CheckResult:
    """At the end of the fault or of the record, a resource (or all of them) runs on a node of a role (or name).

    `when` is "fault" or "end". The node's own cluster status decides, or another node's when it has none. When several
    nodes have the role, all runs on one of them, and a node with quorum decides. When all resources are meant, the
    node must also hold the address.
    """
    if when not in WHEN:
        raise ValueError(f"when={when!r}; one of {', '.join(WHEN)}")
    nodes = timeline.nodes_in_role(role)
    text = " or ".join(nodes)
    label = text if text == role else f"{text} ({role})"
    what = resource or marked("all resources")
    expected = (
        f"{what} on {label} when the fault ends" if when == "fault" else f"{what} on {label} at the end"
    )
    windows = fault_periods(timeline) if when == "fault" else (Period(0.0, timeline.end),)
    late = timeline.patient(LONG_SILENCE if when == "fault" else END_PERIOD)
    names = [resource] if resource else _resources(timeline, ())
    ends = [Period(max(one.since, one.until - late), one.until) for one in windows]
    if not ends:
        return unknown(expected, NO_INJECTION)
    return worst_result(_judge_placement(timeline, one, nodes, names, expected) for one in ends)


def _judge_placement(
    timeline: Timeline, end: Period, nodes: Sequence[str], names: Sequence[str], expected: str
) -> CheckResult:
    others = [one for one in timeline.nodes if one not in nodes]
    last = [
        reading
        for one in (*nodes, *others)
        for reading in answered_readings(timeline, one, end.since, end.until)[-1:]
    ]
    with_cluster = [one for one in last if one.quorate is not None]
    if not with_cluster or not names:
        return unknown(expected, f"no node's cluster was read from {end.summary}")
    reading = max(with_cluster, key=lambda one: bool(one.quorate)) if len(nodes) > 1 else with_cluster[0]
    places = {reading.placements.get(name, "") for name in names}
    if len(places) != 1 or not places <= set(nodes):
        return failed(expected, _placement_summary(reading))
    [node] = places
    owns = [one.owns_vip for one in last if one.node == node]
    if set(names) >= set(_resources(timeline, ())) and owns == [False]:
        return failed(expected, f"{_placement_summary(reading)}, but {node} does not hold the address")
    return passed(expected, _placement_summary(reading))


def _resources(timeline: Timeline, wanted: Sequence[str]) -> list[str]:
    seen = {name for one in timeline.node_readings for name in one.placements}
    return list(wanted or timeline.header.resources or sorted(seen))


def _answered(timeline: Timeline) -> list[NodeReading]:
    return sorted((one for one in timeline.node_readings if one.seen), key=lambda one: one.at)


def _nodes(reading: NodeReading, names: Sequence[str]) -> set[str]:
    return {reading.placements.get(name, "") for name in names} - {""}


def _all_run(reading: NodeReading, names: Sequence[str]) -> bool:
    return all(reading.placements.get(name) for name in names)


def _all_unread(timeline: Timeline, since: float, until: float) -> str:
    """Why every node has a gap in its readings, for people; "" when one node has none."""
    reasons = [unread_reason(timeline, [node], since, until) for node in timeline.nodes]
    return "" if "" in reasons else "; ".join(reasons) or NO_READING


def _placement_summary(reading: NodeReading) -> str:
    places = ", ".join(f"{name} on {node or 'no node'}" for name, node in sorted(reading.placements.items()))
    return f"{places or 'nothing runs'} (as {reading.node} saw it at {reading.at:.2f} s)"
