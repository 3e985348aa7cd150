"""Checks of the writes to the service: whether writes that a node acknowledged are lost after the heal."""

from __future__ import annotations

from collections.abc import Callable

from drill.analysis.lost_writes import node_writes
from drill.checks.base import check
from drill.checks.verdict import CheckResult, failed, passed, unknown
from drill.record.timeline import Timeline

Judge = Callable[[str, str], CheckResult]
NO_WRITES = {
    "files": "the record has no writes and files of the counter service, or no single owner at its end",
    "database": "the record has no writes, or the data could not be read from the database after the heal",
}


@check("no_lost_writes", "readings")
def no_lost_writes(timeline: Timeline, most: int = 0) -> CheckResult:
    """At most so many writes that a node acknowledged are lost after the heal."""
    expected = f"at most {most} acknowledged writes are lost" if most else "no acknowledged write is lost"
    return _judged(timeline, expected, most, more=failed, fewer=passed)


@check("lost_writes", "readings")
def lost_writes(timeline: Timeline) -> CheckResult:
    """Writes that a node acknowledged are lost after the heal: the price of two owners."""
    expected = "acknowledged writes are lost, because two nodes served clients at once"
    return _judged(timeline, expected, 0, more=passed, fewer=failed)


def _judged(timeline: Timeline, expected: str, most: int, *, more: Judge, fewer: Judge) -> CheckResult:
    """The verdict `more` when more than `most` writes are certainly lost, `fewer` when that cannot be, or UNKNOWN."""
    found = node_writes(timeline)
    if found is None:
        return unknown(expected, NO_WRITES[timeline.header.store])
    summary = "; ".join(one.summary for one in found)
    lost, unsure = (
        sum(map(len, ones)) for ones in zip(*((one.lost, one.unsure) for one in found), strict=True)
    )
    if lost > most:
        return more(expected, summary)
    if lost + unsure > most or not any(one.acknowledged for one in found):
        return unknown(expected, summary)
    return fewer(expected, summary)
