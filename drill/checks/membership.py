"""Quorum while a fault is in force, and a complete cluster afterwards."""

from __future__ import annotations

from drill.analysis.coverage import LONG_SILENCE, answered_readings
from drill.analysis.fault_windows import NO_INJECTION, Period, fault_periods
from drill.analysis.outages import outages
from drill.checks.base import check
from drill.checks.ownership import END_PERIOD
from drill.checks.verdict import CheckResult, failed, passed, unknown, worst_result
from drill.record.timeline import NodeReading, Timeline


@check("quorum")
def quorum(timeline: Timeline, role: str, expected: bool) -> CheckResult:
    """While the fault is in force, a node (role or name) keeps its quorum, or loses it and stays without it."""
    node = timeline.node_in_role(role)
    called = node if node == role else f"{node} ({role})"
    wanted = f"{called} {'with' if expected else 'WITHOUT'} quorum while the fault is in force"
    windows = fault_periods(timeline)
    if not windows:
        return unknown(wanted, NO_INJECTION)
    return worst_result(_votes(timeline, period, node, expected, wanted) for period in windows)


def _votes(timeline: Timeline, period: Period, node: str, expected: bool, wanted: str) -> CheckResult:
    votes = [
        one
        for one in answered_readings(timeline, node, period.since, period.until)
        if one.quorate is not None
    ]
    begun = next((n for n, one in enumerate(votes) if one.quorate is False), len(votes))
    wrong = votes[begun:] if expected else [one for one in votes[begun:] if one.quorate]
    if wrong:
        return failed(wanted, _vote(wrong[0]))
    if not votes or votes[-1].at < period.until - LONG_SILENCE:
        last = f"the last at {votes[-1].at:.2f} s" if votes else "none at all"
        return unknown(wanted, f"too few readings of {node}'s cluster from {period.summary}: {last}")
    if votes[-1].quorate is not expected:
        return failed(wanted, _vote(votes[-1]))
    return passed(wanted, _vote(votes[-1] if expected else votes[begun]))


def _vote(view: NodeReading) -> str:
    members = ", ".join(view.members) or "no members"
    return f"{view.node} {'with' if view.quorate else 'WITHOUT'} quorum at {view.at:.2f} s ({members})"


@check("recovered")
def recovered(timeline: Timeline) -> CheckResult:
    """At the end the service answers, one node holds the address, all nodes are quorate members, everything runs."""
    expected = "a complete cluster and an answering service at the end"
    late = timeline.end - END_PERIOD
    samples = [one for one in timeline.samples_of() if one.sent >= late]
    if not samples:
        return unknown(
            expected, f"no request was sent in the last {END_PERIOD:g} s before {timeline.end:.2f} s"
        )
    troubles = [one.summary for one in outages(timeline.samples_of()) if one.next_good is None]
    owners = []
    for node in timeline.nodes:
        asked = [one for one in timeline.readings_of(node) if one.at >= late]
        if not asked:
            return unknown(
                expected, f"{node} was not read in the last {END_PERIOD:g} s before {timeline.end:.2f} s"
            )
        seen = [one for one in asked if one.seen][-1:]
        owners += [one.node for one in seen if one.owns_vip]
        troubles += [trouble for one in seen for trouble in _troubles(one, timeline)]
        if not seen:
            troubles.append(f"{node} gave no answer from {asked[0].asked:.2f} s on")
    if len(owners) != 1:
        troubles.append(f"{' and '.join(owners) or 'no node'} held the address at the end")
    if troubles:
        return failed(expected, *troubles)
    return passed(
        expected, f"{samples[-1].page} answered at {samples[-1].sent:.2f} s, {owners[0]} held the address"
    )


def _troubles(view: NodeReading, timeline: Timeline) -> list[str]:
    at = f"at {view.at:.2f} s"
    found = []
    if view.quorate is None:
        return [f"{view.node}'s cluster gave no answer {at}"]
    if not view.quorate:
        found.append(f"{view.node} WITHOUT quorum {at}")
    if absent := [node for node in timeline.nodes if node not in view.members]:
        found.append(f"{view.node} did not see {', '.join(absent)} as a member {at}")
    names = timeline.header.resources or {name for one in timeline.node_readings for name in one.placements}
    if stopped := sorted(name for name in names if not view.placements.get(name)):
        found.append(f"{view.node} saw {', '.join(stopped)} run nowhere {at}")
    return found
