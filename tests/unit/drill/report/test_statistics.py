"""Figures over repeats, and objectives for them: spans throughout, and UNKNOWN where the span straddles the limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drill.analysis.duration import ENDLESS, Duration
from drill.checks.verdict import FAIL, PASS, UNKNOWN
from drill.record.timeline import Timeline
from drill.report.objective import parse_objective
from drill.report.result import ScenarioResult
from drill.report.statistics import Statistics, statistics_of
from drill.report.summary import summary_of
from inventory.errors import ConfigError
from tests.support import sample_timelines


def _of(*pairs: tuple[float, float], doubts: tuple[str, ...] = ()) -> Statistics:
    spans = tuple(Duration(*pair) for pair in pairs)
    return Statistics("graceful-stop", spans, spans, doubts)


TWENTY = _of(*((n / 10, n / 10 + 0.05) for n in range(1, 21)))


@pytest.mark.parametrize(
    ("figure", "least", "most"),
    [
        ("minimum", 0.1, 0.15),
        ("median", 1.0, 1.05),
        ("p95", 1.9, 1.95),
        ("maximum", 2.0, 2.05),
        ("total", 21.0, 22.0),
    ],
)
def test_figures_by_nearest_rank(figure: str, least: float, most: float) -> None:
    found = TWENTY.figures[figure]
    assert (found.least, found.most) == (pytest.approx(least), pytest.approx(most))


def test_each_repeat_gives_its_longest_outage_and_a_calm_one_gives_none() -> None:
    entries = [
        ScenarioResult(sample_timelines.graceful(outage=length), sample_timelines.passes("x"))
        for length in (0.5, 0.3)
    ]
    entries.append(
        ScenarioResult(sample_timelines.split_brain("graceful-stop"), sample_timelines.passes("x"))
    )
    found = statistics_of("graceful-stop", map(summary_of, entries))
    assert (found.count, found.doubts) == (3, ())
    assert found.minimum == Duration(0.0, 0.0)
    assert found.median.least <= 0.3 <= found.median.most
    assert found.maximum.least <= 0.5 <= found.maximum.most
    assert found.total.least <= 0.8 <= found.total.most


def test_what_measured_nothing_is_told() -> None:
    found = statistics_of(
        "x",
        [
            summary_of(ScenarioResult(Timeline(), ())),
            summary_of(ScenarioResult(sample_timelines.not_landed(), (sample_timelines.CANNOT_TELL,))),
        ],
    )
    assert found.count == 1
    assert [doubt.split(":")[0] for doubt in found.doubts] == ["repeat 1", "repeat 2"]
    assert "did not take effect" in found.doubts[1]


def test_no_repeats_have_no_figures() -> None:
    assert statistics_of("x", []).figures == {}


@pytest.mark.parametrize(
    ("text", "found", "status"),
    [
        ("outage<=3s", TWENTY, PASS),
        ("outage<=2050ms", TWENTY, PASS),
        ("outage<=2.02s", TWENTY, UNKNOWN),
        ("outage<=1.9s", TWENTY, FAIL),
        ("outage<2s", TWENTY, FAIL),
        ("outage<=2s", TWENTY, UNKNOWN),
        ("median <= 1.1 s", TWENTY, PASS),
        ("median<=500ms", TWENTY, FAIL),
        ("p95<=2s", TWENTY, PASS),
        ("minimum<=100ms", TWENTY, UNKNOWN),
        ("total<=1min", TWENTY, PASS),
        ("total<=10s", TWENTY, FAIL),
        ("outage<=0s", _of((0.0, 0.0)), PASS),
        ("outage<=3s", _of((1.0, ENDLESS)), UNKNOWN),
        ("outage<=3s", _of((4.0, ENDLESS)), FAIL),
        ("median<=3s", _of((1.0, 1.1), (1.0, 1.1), (4.0, ENDLESS)), PASS),
        ("outage<=3s", _of((1.0, 1.1), doubts=("repeat 2: the fault did not take effect",)), UNKNOWN),
        ("outage<=3s", _of((4.0, 4.1), doubts=("repeat 2: the fault did not take effect",)), FAIL),
        ("outage<=3s", _of(), UNKNOWN),
    ],
)
def test_objectives(text: str, found: Statistics, status: str) -> None:
    verdict = parse_objective(text).judge(found)
    assert verdict.status == status, verdict.description
    assert "".join(text.split()) in verdict.why


@pytest.mark.parametrize(
    ("text", "budget", "status"),
    [
        ("p95<=budget", 2.0, PASS),
        ("p95 < budget", 1.9, FAIL),
        ("outage<=budget", 1.5, FAIL),
        ("outage<=budget", 2.02, UNKNOWN),
        ("outage<=budget", None, UNKNOWN),
    ],
)
def test_an_objective_may_be_the_scenarios_own_budget(text: str, budget: float | None, status: str) -> None:
    verdict = parse_objective(text).judge(replace(TWENTY, budget_s=budget))
    assert verdict.status == status, verdict.description


def test_the_budget_of_repeats_is_their_smallest() -> None:
    results = [
        summary_of(ScenarioResult(sample_timelines.failover(budget_s=budget), ())) for budget in (10.0, 5.0)
    ]
    assert statistics_of("a", results).budget_s == 5.0
    assert statistics_of("a", []).budget_s is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not an objective"),
        ("fast", "is not an objective"),
        ("outage<=3", "is not an objective"),
        ("outage>=3s", "is not an objective"),
        ("outage<=-3s", "is not an objective"),
        ("outage<=3h", "is not an objective"),
        ("outage<=1e3s", "is not an objective"),
        ("outage<=3s; total<=1s", "is not an objective"),
        ("mode<=3s", "there is no figure 'mode'"),
        ("outage<0s", "no length is below 0"),
    ],
)
def test_nonsense_is_an_error_with_a_way_on(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        parse_objective(text)
    assert caught.value.exit_status == 2
    assert caught.value.hint
