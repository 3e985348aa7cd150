"""The distribution of outages that are known between two limits: both limits of each share, and honest counts."""

from __future__ import annotations

import random

import pytest

from drill.analysis.duration import ENDLESS, Duration
from drill.report.distribution import Distribution, distribution_of, fit
from drill.report.result import ScenarioResult
from drill.report.statistics import Statistics
from drill.report.summary import Summary, summary_of
from tests.support import sample_timelines

PREDICTED = Duration(1.0, 2.0)


@pytest.mark.parametrize(
    ("length", "fits"),
    [
        (Duration(1.0, 2.0), True),
        (Duration(1.2, 1.3), True),
        (Duration(0.9, 1.1), None),
        (Duration(1.9, 2.1), None),
        (Duration(0.5, 2.5), None),
        (Duration(1.5, ENDLESS), None),
        (Duration(2.1, 2.2), False),
        (Duration(2.1, ENDLESS), False),
        (Duration(0.5, 0.9), False),
        (Duration(0.0, 0.0), False),
    ],
)
def test_an_outage_fits_its_prediction_certainly_or_not_or_it_cannot_be_told(
    length: Duration, fits: bool | None
) -> None:
    assert fit(length, PREDICTED) is fits


def test_the_true_share_is_always_between_its_limits() -> None:
    dice = random.Random(1)
    for _ in range(50):
        true = [dice.uniform(0, 5) for _ in range(dice.randrange(1, 40))]
        lengths = tuple(Duration(max(0.0, one - dice.random()), one + dice.random()) for one in true)
        found = Distribution(lengths)
        for at in (0.0, *true, 2.5, 6.5):
            share = found.share(at)
            assert share.least <= sum(one <= at for one in true) / len(true) <= share.most
        figures = Statistics("x", lengths, lengths).figures
        for name, percent in (("minimum", 0), ("median", 50), ("p95", 95), ("maximum", 100)):
            rank = max(1, -(-percent * len(true) // 100))
            assert figures[name].least <= sorted(true)[rank - 1] <= figures[name].most


def test_an_outage_without_an_upper_limit_never_counts_as_certain() -> None:
    found = Distribution((Duration(1.0, 1.1), Duration(2.0, ENDLESS)))
    assert (found.share(1e9).least, found.share(1e9).most) == (0.5, 1.0)
    assert found.endless == 1


def test_the_outage_by_the_fault_counts_and_each_has_its_own_prediction() -> None:
    results = [
        summary_of(ScenarioResult(sample_timelines.graceful(outage=length), sample_timelines.passes("x")))
        for length in (0.3, 0.5)
    ]
    results.append(Summary("graceful-stop", "PASS"))
    results.append(Summary("graceful-stop", "UNKNOWN", by_fault=Duration(0.0, 0.0)))
    other = Summary("graceful-stop", "PASS", by_fault=Duration(7.0, 7.1), predicted=Duration(7.0, 9.0))
    found = distribution_of([*results, other])
    assert len(found.lengths) == 3, "one measured nothing, and one was not judged"
    assert found.inside + found.outside + found.unclear == 3
    assert found.inside >= 1
    assert found.predicted is not None
    assert found.predicted.most == 9.0
