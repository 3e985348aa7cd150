"""Statistics of one scenario's repeats: minimum, median, p95 and maximum of the outage, and the total downtime."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drill.analysis.duration import Duration
from drill.report.summary import Summary


@dataclass(frozen=True)
class Statistics:
    """One scenario's repeats: for each its longest outage (0 when no request failed), and the sum of its outages.

    Each figure is a Duration: the statistic of the lower limits and that of the upper limits. The true value is between
    them. Percentiles by nearest rank. `doubts` are the repeats that cannot be trusted, with reasons.
    """

    scenario: str
    longest: tuple[Duration, ...]
    totals: tuple[Duration, ...]
    doubts: tuple[str, ...] = ()
    budget_s: float | None = None
    """The scenario's budget in its records (seconds), the smallest of several; None when they have none."""

    @property
    def count(self) -> int:
        """The number of repeats that measured something."""
        return len(self.longest)

    @property
    def minimum(self) -> Duration:
        """The shortest of the repeats' longest outages."""
        return self._ranked(0.0)

    @property
    def median(self) -> Duration:
        """Half of the repeats had an outage of at most this length."""
        return self._ranked(0.5)

    @property
    def p95(self) -> Duration:
        """19 of 20 repeats had an outage of at most this length."""
        return self._ranked(0.95)

    @property
    def maximum(self) -> Duration:
        """The longest outage of all."""
        return self._ranked(1.0)

    @property
    def total(self) -> Duration:
        """The total downtime: the sum of all outages of all repeats."""
        return Duration(sum(one.least for one in self.totals), sum(one.most for one in self.totals))

    @property
    def figures(self) -> dict[str, Duration]:
        """All figures by name; empty when nothing was measured."""
        return {name: getattr(self, name) for name in FIGURES} if self.longest else {}

    def _ranked(self, share: float) -> Duration:
        return Duration(
            _rank([one.least for one in self.longest], share),
            _rank([one.most for one in self.longest], share),
        )


FIGURES = ("minimum", "median", "p95", "maximum", "total")


def statistics_of(scenario: str, results: Iterable[Summary]) -> Statistics:
    """The statistics of one scenario's repeats.

    A repeat without requests or with an UNKNOWN verdict is a doubt; its outages are still counted.
    """
    longest, totals, doubts, budgets = [], [], [], []
    for number, result in enumerate(results, start=1):
        if result.budget is not None:
            budgets.append(result.budget)
        if result.longest is None or result.total is None:
            doubts.append(f"repeat {number}: no requests were recorded")
            continue
        longest.append(result.longest)
        totals.append(result.total)
        if result.doubt:
            doubts.append(f"repeat {number}: {result.doubt}")
    return Statistics(scenario, tuple(longest), tuple(totals), tuple(doubts), min(budgets, default=None))


def _rank(lengths: Sequence[float], share: float) -> float:
    return sorted(lengths)[max(0, math.ceil(share * len(lengths)) - 1)]
