"""A page of many repeats: folded, with their distribution, the records that teach most, and what is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from drill.analysis.duration import ENDLESS, Duration
from drill.checks.verdict import Verdict
from drill.record.header import Header
from drill.record.timeline import Timeline
from drill.report.distribution import Distribution
from drill.report.html import selection
from drill.report.html.ecdf import ecdf
from drill.report.html.page import report
from drill.report.html.selection import FOLDED_FROM, MOST_NOT_PASSED
from drill.report.result import ScenarioResult
from drill.report.run import Run
from tests.support import sample_timelines
from tests.support.strict_page import StrictPage

PASSED = sample_timelines.passes("recovered")


def stop(outage: float, *, bad: str = "", name: str = "graceful-stop") -> ScenarioResult:
    verdicts = (Verdict("recovered", bad, "because"),) if bad else PASSED
    return ScenarioResult(sample_timelines.graceful(name, outage=outage), verdicts)


def page_of(*results: ScenarioResult) -> str:
    return "".join(report(Run.of("many", results)))


def dead_links(text: str) -> set[str]:
    page = StrictPage(text)
    return {one[1:] for one in page.links if one.startswith("#")} - set(page.ids)


def drawn(text: str) -> list[int]:
    """The numbers of the records that the page draws."""
    return [int(one) for one in re.findall(r'<details class="scenario" id="s(\d+)-', text)]


LENGTHS = (0.9, 0.3, 0.5, 0.7, 0.2, 0.6, 0.4)


def test_few_repeats_are_all_drawn_and_many_are_folded() -> None:
    few = page_of(*(stop(one) for one in LENGTHS[: FOLDED_FROM - 1]))
    assert drawn(few) == [1, 2, 3, 4, 5]
    assert "repeats-" not in few
    many = page_of(*(stop(one) for one in LENGTHS))
    assert drawn(many) == [1, 3, 5], "the slowest, the median, the fastest, in the order of the run"
    page = StrictPage(many)
    assert "graceful-stop, 7 times" in page.said("h2")
    assert page.said("p").count("slowest:") == 1
    assert not dead_links(many)


def test_the_records_that_did_not_pass_are_all_drawn() -> None:
    results = [stop(0.2 + n / 50) for n in range(20)]
    results[7], results[11] = stop(0.4, bad="UNKNOWN"), stop(0.4, bad="FAIL")
    text = page_of(*results)
    assert drawn(text) == [1, 8, 11, 12, 20]
    assert "Not drawn" not in text
    assert 'data-status="FAIL UNKNOWN PASS"' in text, "each filter that has a record of it shows the scenario"


def test_an_outage_of_a_fault_that_was_not_in_effect_is_in_no_figure() -> None:
    text = page_of(*(stop(0.5 + n / 50) for n in range(8)), stop(0.0, bad="UNKNOWN"))
    assert "1 could not be judged (UNKNOWN) and are in no figure" in text
    assert drawn(text) == [1, 4, 8, 9]
    assert "<td>minimum</td><td>0.00 s</td>" not in text


def test_too_many_that_did_not_pass_are_named() -> None:
    text = page_of(*(stop(0.2 + n / 50, bad="FAIL") for n in range(MOST_NOT_PASSED + 6)))
    assert len(drawn(text)) == MOST_NOT_PASSED + 1, "the slowest is one of the last"
    assert "Not drawn, though chosen or not passed: records 21, 22, 23, 24, 25.</b>" in text


def test_other_scenarios_keep_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = ScenarioResult(sample_timelines.split_brain(), (sample_timelines.TWO_OWNERS,))
    text = page_of(*(stop(one) for one in LENGTHS[:2]), alone, *(stop(one) for one in LENGTHS[2:]))
    page = StrictPage(text)
    assert page.ids.index("repeats-1-graceful-stop") < page.ids.index("s3-split-brain")
    assert "8 records of 2 scenarios" in text


def test_a_full_page_draws_the_failures_first_and_says_what_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit = 400_000
    monkeypatch.setattr(selection, "PAGE_LIMIT", limit)
    results = [stop(0.3, name=f"stop-{n}", bad="FAIL" if n == 30 else "") for n in range(40)]
    text = page_of(*results)
    assert len(text.encode()) < limit
    numbers = drawn(text)
    assert 31 in numbers
    assert numbers == sorted(numbers)
    assert f"{40 - len(numbers)} of these records are not drawn below" in text
    assert not dead_links(text)


def test_ten_thousand_records_stay_below_the_limit() -> None:
    kinds = [
        [stop(0.2 + n / 100, name=f"kind-{kind}", bad="FAIL" if n % 4 == 0 else "") for n in range(10)]
        for kind in range(10)
    ]
    results: Sequence[ScenarioResult] = [one for kind in kinds for one in kind] * 100
    assert len(results) == 10_000
    assert len(page_of(*results).encode()) < selection.PAGE_LIMIT


def test_the_band_of_the_drawing_lies_between_both_limits() -> None:
    found = ecdf(Distribution((Duration(1.0, 2.0), Duration(3.0, 4.0)), predicted=Duration(0.5, ENDLESS)))
    assert found is not None
    assert found.end == pytest.approx(4.2)
    assert found.most == "M0 1000 238 1000 238 500 714 500 714 0 1000 0"
    assert found.least == "M0 1000 476 1000 476 500 952 500 952 0 1000 0"
    assert found.predicted is not None
    assert found.predicted.x + found.predicted.width == pytest.approx(100)


def test_without_an_upper_limit_the_certain_share_never_reaches_all() -> None:
    found = ecdf(Distribution((Duration(1.0, 2.0), Duration(3.0, ENDLESS))))
    assert found is not None
    assert found.least.endswith("1000 500")
    assert found.most.endswith("1000 0")


def test_nothing_measured_is_no_drawing() -> None:
    assert ecdf(Distribution(())) is None
    text = page_of(*[ScenarioResult(Timeline(Header(scenario="quiet")), ())] * FOLDED_FROM)
    assert "nothing measured" in text
    assert "6 could not be judged (UNKNOWN) and are in no figure" in text
    assert drawn(text) == [1, 2, 3, 4, 5, 6], "none of them could be judged"


def test_no_outage_at_all_is_drawn_at_zero() -> None:
    found = ecdf(Distribution((Duration(0.0, 0.0), Duration(0.0, 0.0))))
    assert found is not None
    assert found.least == "M0 1000 0 1000 0 0 1000 0"
