"""The longest outage of a measurement, and its length as the results file has it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.measurements import Interval
from drill.analysis.outages import Outage


def longest(found: Iterable[Outage]) -> Outage | None:
    """The outage that certainly lasted longest; the first of equal ones, None of none."""
    return max(found, key=lambda one: one.lower, default=None)


def length(outage: Outage | None) -> Interval:
    """The length of an outage (seconds, to the millisecond); (0, 0) without one: no request failed."""
    if outage is None:
        return 0.0, 0.0
    return round(outage.lower, 3), None if outage.upper is None else round(outage.upper, 3)
