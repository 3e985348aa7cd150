"""Checks of the counter service: whether writes that a node acknowledged are lost after the heal."""

from __future__ import annotations

from collections.abc import Callable

from drill.analysis.lost_writes import node_writes
from drill.checks.base import check
from drill.checks.verdict import CheckResult, failed, passed, unknown
from drill.record.timeline import Timeline

Judge = Callable[[str, str], CheckResult]
NO_WRITES = "the record has no writes and files of the counter service, or no single owner at its end"


@check("no_lost_writes", "readings")
def no_lost_writes(timeline: Timeline) -> CheckResult:
    """No write that a node acknowledged is lost after the heal."""
    return _judged(timeline, "no acknowledged write is lost", lost=failed, kept=passed)


@check("lost_writes", "readings")
def lost_writes(timeline: Timeline) -> CheckResult:
    """Writes that a node acknowledged are lost after the heal: the price of two owners."""
    expected = "acknowledged writes are lost, because two nodes served clients at once"
    return _judged(timeline, expected, lost=passed, kept=failed)


def _judged(timeline: Timeline, expected: str, *, lost: Judge, kept: Judge) -> CheckResult:
    """The verdict `lost` when a write is certainly lost, `kept` when none can be lost, otherwise UNKNOWN."""
    found = node_writes(timeline)
    if found is None:
        return unknown(expected, NO_WRITES)
    summary = "; ".join(one.summary for one in found)
    if any(one.lost for one in found):
        return lost(expected, summary)
    if any(one.unsure for one in found) or not any(one.acknowledged for one in found):
        return unknown(expected, summary)
    return kept(expected, summary)
