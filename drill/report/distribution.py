"""The distribution of a scenario's outages over its repeats, with both limits of each, against the prediction."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from drill.analysis.duration import Duration
from drill.checks.verdict import UNKNOWN
from drill.report.summary import Summary


@dataclass(frozen=True)
class Distribution:
    """The longest outage by the fault of each repeat that could be judged, and how they fit their predictions.

    `inside` and `outside` count the repeats whose outage certainly was, or was not, as predicted for that repeat;
    `unclear` those whose two limits allow both. `predicted` is the widest prediction, `budget` the smallest budget.
    """

    lengths: tuple[Duration, ...]
    inside: int = 0
    outside: int = 0
    unclear: int = 0
    predicted: Duration | None = None
    budget: float | None = None

    @property
    def endless(self) -> int:
        """How many have no upper limit, because their beginning or their end was not recorded."""
        return sum(one.endless for one in self.lengths)

    def share(self, seconds: float) -> Duration:
        """The share of the repeats (0 to 1) whose outage was at most so long, as its least and its most.

        The least counts the repeats whose upper limit is at most so long, the most those whose lower limit is.
        """
        count = len(self.lengths)
        return Duration(bisect_right(self._most, seconds) / count, bisect_right(self._least, seconds) / count)

    @cached_property
    def _least(self) -> list[float]:
        return sorted(one.least for one in self.lengths)

    @cached_property
    def _most(self) -> list[float]:
        return sorted(one.most for one in self.lengths)


def distribution_of(results: Iterable[Summary]) -> Distribution:
    """The distribution over one scenario's repeats.

    UNKNOWN repeats are left out: where the fault did not take effect, an outage of 0 proves nothing.
    """
    measured = [one for one in results if one.by_fault is not None and one.status != UNKNOWN]
    fits = [fit(one.by_fault, one.predicted) for one in measured if one.by_fault and one.predicted]
    predictions = [one.predicted for one in measured if one.predicted]
    widest = (
        Duration(min(one.least for one in predictions), max(one.most for one in predictions))
        if predictions
        else None
    )
    return Distribution(
        tuple(one.by_fault for one in measured if one.by_fault),
        fits.count(True),
        fits.count(False),
        fits.count(None),
        widest,
        min((one.budget for one in measured if one.budget is not None), default=None),
    )


def fit(length: Duration, predicted: Duration) -> bool | None:
    """Whether an outage certainly was as predicted, or certainly was not; None when its limits allow both."""
    if predicted.least <= length.least and length.most <= predicted.most:
        return True
    return False if length.least > predicted.most or length.most < predicted.least else None
