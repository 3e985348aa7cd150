"""The repeats of one scenario together: least, median, p95 and most outage, and the total unavailability."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drill.analysis.duration import Duration
from drill.checks.verdict import UNKNOWN
from drill.report.run import ScenarioResult


@dataclass(frozen=True)
class Statistics:
    """One scenario's repeats: for each its longest outage (0 when no request failed) and all of its outages.

    Every figure is a Span: the same statistic of the lower bounds and of the upper bounds, between which the
    true one must lie. Percentiles by nearest rank. `doubts` says why some repeats measured nothing.
    """

    scenario: str
    longest: tuple[Duration, ...]
    totals: tuple[Duration, ...]
    doubts: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many repeats measured something."""
        return len(self.longest)

    @property
    def minimum(self) -> Duration:
        """The shortest of the repeats' longest outages."""
        return self._ranked(0.0)

    @property
    def median(self) -> Duration:
        """Half of the repeats had no longer outage than this."""
        return self._ranked(0.5)

    @property
    def p95(self) -> Duration:
        """Of twenty repeats nineteen had no longer outage than this."""
        return self._ranked(0.95)

    @property
    def maximum(self) -> Duration:
        """The longest outage of all."""
        return self._ranked(1.0)

    @property
    def total(self) -> Duration:
        """Total unavailability: all outages of all repeats."""
        return Duration(sum(one.least for one in self.totals), sum(one.most for one in self.totals))

    @property
    def figures(self) -> dict[str, Duration]:
        """All of them by name; empty when nothing was measured."""
        return {name: getattr(self, name) for name in FIGURES} if self.longest else {}

    def _ranked(self, share: float) -> Duration:
        return Duration(
            _rank([one.least for one in self.longest], share),
            _rank([one.most for one in self.longest], share),
        )


FIGURES = ("minimum", "median", "p95", "maximum", "total")


def repeats(scenario: str, entries: Iterable[ScenarioResult]) -> Statistics:
    """Put one scenario's repeats together; one without requests or with an UNKNOWN verdict counts as a doubt.

    Its outage, where it has one, counts all the same.
    """
    longest, totals, doubts = [], [], []
    for number, entry in enumerate(entries, start=1):
        if entry.longest is not None:
            longest.append(entry.longest)
            totals.append(entry.total)
        if entry.longest is None:
            doubts.append(f"repeat {number}: no requests were recorded")
        elif entry.status == UNKNOWN or entry.error:
            why = next((one.why for one in entry.verdicts if one.status == UNKNOWN), "no check judged it")
            doubts.append(f"repeat {number}: {why}")
    return Statistics(scenario, tuple(longest), tuple(totals), tuple(doubts))


def _rank(lengths: Sequence[float], share: float) -> float:
    return sorted(lengths)[max(0, math.ceil(share * len(lengths)) - 1)]
