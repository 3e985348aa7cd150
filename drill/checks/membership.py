"""Checks of quorum during a fault, and of a complete cluster at the end."""

from __future__ import annotations

from bisect import bisect_left

from drill.analysis.coverage import LONG_SILENCE, answered_readings
from drill.analysis.fault_windows import NO_INJECTION, Period, fault_periods
from drill.analysis.outages import outages_of
from drill.checks.base import check
from drill.checks.ownership import END_PERIOD
from drill.checks.verdict import CheckResult, failed, passed, unknown, worst_result
from drill.record.timeline import NodeReading, Timeline


@check("quorum", "readings")
def quorum(timeline: Timeline, role: str, expected: bool) -> CheckResult:
    """While the fault is in effect, the nodes of a role (or name) keep quorum, or lose it and stay without it."""
    nodes = timeline.nodes_in_role(role)
    text = " and ".join(nodes)
    label = text if text == role else f"{text} ({role})"
    wanted = f"{label} {'with' if expected else 'WITHOUT'} quorum while the fault is in effect"
    windows = fault_periods(timeline)
    if not windows:
        return unknown(wanted, NO_INJECTION)
    return worst_result(
        _judge_quorum(timeline, period, node, expected, wanted) for period in windows for node in nodes
    )


def _judge_quorum(timeline: Timeline, period: Period, node: str, expected: bool, wanted: str) -> CheckResult:
    readings = [
        one
        for one in answered_readings(timeline, node, period.since, period.until)
        if one.quorate is not None
    ]
    lost = next((n for n, one in enumerate(readings) if one.quorate is False), len(readings))
    wrong = readings[lost:] if expected else [one for one in readings[lost:] if one.quorate]
    if wrong:
        return failed(wanted, _quorum_summary(wrong[0]))
    if not readings or readings[-1].at < period.until - timeline.patient(LONG_SILENCE):
        last = f"the last at {readings[-1].at:.2f} s" if readings else "none at all"
        return unknown(wanted, f"too few readings of {node}'s cluster from {period.summary}: {last}")
    if readings[-1].quorate is not expected:
        return failed(wanted, _quorum_summary(readings[-1]))
    return passed(wanted, _quorum_summary(readings[-1] if expected else readings[lost]))


def _quorum_summary(reading: NodeReading) -> str:
    members = ", ".join(reading.members) or "no members"
    return (
        f"{reading.node} {'with' if reading.quorate else 'WITHOUT'} quorum at {reading.at:.2f} s ({members})"
    )


@check("recovered", "requests", "readings")
def recovered(timeline: Timeline) -> CheckResult:
    """At the end the service answers, one node holds the address, all nodes are quorate members, all resources run."""
    expected = "a complete cluster and an answering service at the end"
    late = timeline.end - END_PERIOD
    samples = timeline.samples_of()[bisect_left(timeline.sent_times(), late) :]
    if not samples:
        return unknown(
            expected, f"no request was sent in the last {END_PERIOD:g} s before {timeline.end:.2f} s"
        )
    troubles = [one.summary for one in outages_of(timeline) if one.next_good is None]
    owners = []
    for node in timeline.nodes:
        last = [one for one in timeline.readings_of(node) if one.at >= late]
        if not last:
            return unknown(
                expected, f"{node} was not read in the last {END_PERIOD:g} s before {timeline.end:.2f} s"
            )
        answered = [one for one in last if one.seen][-1:]
        owners += [one.node for one in answered if one.owns_vip]
        troubles += [trouble for one in answered for trouble in _troubles(one, timeline)]
        if not answered:
            troubles.append(f"{node} gave no answer from {last[0].asked:.2f} s on")
    if len(owners) != 1:
        troubles.append(f"{' and '.join(owners) or 'no node'} held the address at the end")
    if troubles:
        return failed(expected, *troubles)
    return passed(
        expected,
        f"{samples[-1].page or 'the service'} answered at {samples[-1].sent:.2f} s,"
        f" {owners[0]} held the address",
    )


def _troubles(reading: NodeReading, timeline: Timeline) -> list[str]:
    at = f"at {reading.at:.2f} s"
    found = []
    if reading.quorate is None:
        return [f"{reading.node}'s cluster gave no answer {at}"]
    if not reading.quorate:
        found.append(f"{reading.node} WITHOUT quorum {at}")
    if absent := [node for node in timeline.nodes if node not in reading.members]:
        found.append(f"{reading.node} did not see {', '.join(absent)} as a member {at}")
    names = timeline.header.resources or {name for one in timeline.node_readings for name in one.placements}
    if stopped := sorted(name for name in names if not reading.placements.get(name)):
        found.append(f"{reading.node} saw {', '.join(stopped)} run nowhere {at}")
    return found
