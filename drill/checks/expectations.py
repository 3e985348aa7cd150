"""The check that every condition that the scenario waited for became true."""

from __future__ import annotations

from drill.checks.base import check
from drill.checks.verdict import CheckResult, failed, passed, unknown
from drill.record.timeline import Timeline


@check("came_about", "requests", "readings")
def came_about(timeline: Timeline) -> CheckResult:
    """Every condition that the scenario waited for became true in time."""
    rows = timeline.header.awaited
    expected = "everything that the scenario waits for, within its time"
    if rows is None:
        return unknown(expected, "the record does not say what was waited for")
    if late := [row for row in rows if row.at is None]:
        return failed(
            expected, *(f"not within {row.within:g} s: {row.what}; last: {row.last}" for row in late)
        )
    if not timeline.events_of("settled"):
        return unknown(expected, "the record ends before the lab was healthy again")
    times = [f"{row.what} at {row.at:.2f} s" for row in rows]
    return passed(expected, times[-1] if times else "nothing was waited for", *times[:-1])
