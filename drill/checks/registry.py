"""The checks: what a recorded timeline says about the cluster, as PASS, FAIL or UNKNOWN. Pure, and so re-runnable.

A check is a function of a timeline (and of its row's parameters) that gives a `drill.checks.verdict.Finding`. It says
FAIL only where the record leaves no other reading, and UNKNOWN where the record is too thin to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from drill.analysis.fault_windows import missed
from drill.checks.availability import (
    interruptions,
    no_failback_outage,
    no_outage,
    outage_within_bounds,
    outage_within_budget,
    stable_rate,
)
from drill.checks.configuration import configuration_unchanged, failcounts, no_leftovers, order_held
from drill.checks.expectations import came_about
from drill.checks.membership import quorum, recovered
from drill.checks.ownership import down_throughout, one_owner, page_names_owner, two_owners
from drill.checks.placement import apart, colocated, runs_on
from drill.checks.verdict import CheckResult, Verdict, unknown, verdict
from drill.record.header import CheckRow
from drill.record.timeline import Timeline

Check = Callable[..., CheckResult]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            outage_within_budget,
            outage_within_bounds,
            no_outage,
            no_failback_outage,
            interruptions,
            down_throughout,
            one_owner,
            two_owners,
            page_names_owner,
            colocated,
            apart,
            runs_on,
            order_held,
            quorum,
            recovered,
            no_leftovers,
            failcounts,
            configuration_unchanged,
            stable_rate,
            came_about,
        )
    }
)
"""Every check by name."""


def judge(timeline: Timeline) -> tuple[Verdict, ...]:
    """Run the checks that the record asks for. A record that proves nothing makes every verdict UNKNOWN."""
    return tuple(_judged(timeline, row) for row in timeline.header.checks)


def _worthless(timeline: Timeline) -> CheckResult | None:
    if error := timeline.header.error:
        return unknown("a drill that ran to its end", f"the drill itself failed: {error}")
    if reason := missed(timeline):
        return unknown("a fault that is proven to be there", reason)
    if timeline.notes:
        return unknown("a whole record", "; ".join(timeline.notes))
    if timeline.header.after is None:
        return unknown("a whole record", "it has no end: the drill was killed before the scenario was over")
    return None


def _judged(timeline: Timeline, row: CheckRow) -> Verdict:
    check = CHECKS.get(row.id)
    if check is None:
        known = ", ".join(CHECKS)
        return verdict(
            row.id, unknown("a check that this lab has", f"{row.id!r}; known: {known}"), row.parameters
        )
    try:
        finding = _worthless(timeline) or check(timeline, **row.parameters)
    except Exception as error:
        finding = unknown("an answer of the check", f"it crashed: {type(error).__name__}: {error}")
    return verdict(row.id, finding, row.parameters)
