"""Checks of the counter service: whether writes that a node acknowledged are lost after the heal."""

from __future__ import annotations

from drill.analysis.lost_writes import node_writes
from drill.checks.base import check
from drill.checks.verdict import CheckResult, failed, passed, unknown
from drill.record.timeline import Timeline

NO_WRITES = "the record has no writes and files of the counter service, or no single owner at its end"


@check("no_lost_writes", "readings")
def no_lost_writes(timeline: Timeline) -> CheckResult:
    """No write that a node acknowledged is lost after the heal."""
    expected = "no acknowledged write is lost"
    found = node_writes(timeline)
    if found is None:
        return unknown(expected, NO_WRITES)
    lines = [one.summary for one in found]
    if any(one.lost for one in found):
        return failed(expected, "; ".join(lines))
    if any(one.unsure for one in found) or not any(one.acknowledged for one in found):
        return unknown(expected, "; ".join(lines))
    return passed(expected, "; ".join(lines))


@check("lost_writes", "readings")
def lost_writes(timeline: Timeline) -> CheckResult:
    """Writes that a node acknowledged are lost after the heal: the price of two owners."""
    expected = "acknowledged writes are lost, because two nodes served clients at once"
    found = node_writes(timeline)
    if found is None:
        return unknown(expected, NO_WRITES)
    lines = [one.summary for one in found]
    if any(one.lost for one in found):
        return passed(expected, "; ".join(lines))
    if any(one.unsure for one in found) or not any(one.acknowledged for one in found):
        return unknown(expected, "; ".join(lines))
    return failed(expected, "; ".join(lines))
