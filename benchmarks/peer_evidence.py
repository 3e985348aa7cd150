"""What the requests and the watches of the addresses show of one measurement of the peers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import keepalived
from benchmarks.outage_length import length, longest
from drill.analysis.outages import outages
from drill.record.timeline import Lateness, Sample

GOOD_IN_A_ROW = 5


def serving(samples: Sequence[Sample], name: str) -> bool:
    """Whether the last requests were answered, by a certain node or ("") by any."""
    last = sorted(samples, key=lambda one: one.sent)[-GOOD_IN_A_ROW:]
    return len(last) == GOOD_IN_A_ROW and all(one.good and (not name or one.page == name) for one in last)


def measured(
    samples: Sequence[Sample],
    late: Sequence[Lateness],
    periods: Mapping[str, Sequence[tuple[float, float]]],
    fault: tuple[float, float],
    broken: float,
) -> dict[str, Any]:
    """The fields of a measurement. `fault`: from the injection to the heal (seconds of the samples).

    `periods` says when each node held the address, and `broken` when the fault was injected (seconds since 1970).
    """
    injected, healed = fault
    seen = [one for one in outages(samples) if one.last_failed >= injected]
    found = longest(one for one in seen if one.first_failed < healed)
    both = round(keepalived.overlap(periods), 3)
    return {
        "outage": length(found),
        "later": length(longest(one for one in seen if one.first_failed >= healed)),
        "two_owners": (both, both),
        "held": {
            name: tuple((round(since - broken, 3), round(until - broken, 3)) for since, until in mine)
            for name, mine in periods.items()
        },
        "doubt": _doubt(late, found.first_failed, found.last_failed) if found else "",
    }


def _doubt(late: Sequence[Lateness], since: float, until: float) -> str:
    """Why this machine, and not keepalived, may be the cause of the outage's length; "" when it cannot."""
    sums: dict[str, float] = {}
    for one in late:
        within = min(one.until, until) - max(one.since, since)
        sums[one.where] = sums.get(one.where, 0.0) + max(0.0, within)
    where, seconds = max(sums.items(), key=lambda pair: pair[1], default=("", 0.0))
    return (
        f"{where} did not run for {seconds:.2f} s of it"
        if seconds >= max(0.1, 0.05 * (until - since))
        else ""
    )
