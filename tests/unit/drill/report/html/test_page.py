"""The page: one file, well formed, everything escaped, every link leads somewhere."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from drill.checks.verdict import FAIL, Verdict
from drill.record.header import Header, Prediction
from drill.record.power_switch import PowerSwitch
from drill.record.timeline import ArpReading, Event, Lateness, NodeReading, Sample, Timeline, Write
from drill.report.clients import TITLES
from drill.report.html import page as html_page
from drill.report.html.record import slug
from drill.report.result import ScenarioResult
from drill.report.run import Run
from language import speech
from language.choice import ENGLISH
from tests.support import sample_timelines
from tests.support.fencing_records import FENCED, SPLIT
from tests.support.strict_page import StrictPage

RESULTS = (
    ScenarioResult(sample_timelines.failover(), sample_timelines.passes("recovered", "one_owner")),
    ScenarioResult(
        sample_timelines.split_brain(),
        (sample_timelines.TWO_OWNERS, *sample_timelines.passes("recovered")),
    ),
    ScenarioResult(sample_timelines.never(), (sample_timelines.NOT_RECOVERED,)),
    ScenarioResult(sample_timelines.not_landed(), (sample_timelines.CANNOT_TELL,)),
    ScenarioResult(sample_timelines.graceful(), sample_timelines.passes("recovered")),
    ScenarioResult(sample_timelines.graceful(outage=0.6), ()),
)
RUN = Run.of("2024-05-06_07-08-09", RESULTS)
_NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)> \"' & </style>"


def report(run: Run) -> str:
    return "".join(html_page.report(run))


@pytest.fixture(scope="module")
def page() -> StrictPage:
    return StrictPage(report(RUN))


def test_it_is_one_file_that_asks_for_nothing(page: StrictPage) -> None:
    text = report(RUN)
    assert all(link.startswith(("#", "data:,")) for link in page.links), "a link leaves the file"
    assert not re.search(r"@import|url\((?!#)|fetch\(|XMLHttpRequest|import\(", text)
    assert not re.search(r"https?://(?!172\.16\.)", text), "only the recorded address of the service"
    assert not any(name.startswith("on") for name in page.attributes), "handlers belong into report.js"


def test_a_language_changes_texts_and_no_class_or_link(page: StrictPage) -> None:
    """A translated CSS class has no colour, and a translated link leads to no symbol."""
    speech.use("zh")
    try:
        chinese = StrictPage(report(RUN))
    finally:
        speech.use(ENGLISH)
    assert chinese.said("h1") != page.said("h1")
    assert chinese.marks == page.marks


def test_every_colour_of_the_style_is_defined(page: StrictPage) -> None:
    assert page.undefined_colours == set()


def test_every_link_leads_to_one_place(page: StrictPage) -> None:
    assert not [one for one, count in Counter(page.ids).items() if count > 1]
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_the_table_has_a_row_with_a_link_for_each_scenario(page: StrictPage) -> None:
    anchors = [one for one in page.ids if re.fullmatch(r"s\d+-.*", one)]
    assert anchors == [
        *("s1-frozen-node", "s2-split-brain", "s3-no-quorum-stop", "s4-lossy-traffic"),
        *("s5-graceful-stop", "s6-graceful-stop"),
    ]
    assert all(f"#{anchor}" in page.links for anchor in anchors)
    assert page.said("a")[:6] == [
        *("frozen-node", "split-brain", "no-quorum-stop", "lossy-traffic"),
        *("graceful-stop (1 of 2)", "graceful-stop (2 of 2)"),
    ]


def test_the_summary_says_outage_prediction_and_budget(page: StrictPage) -> None:
    cells = page.said("td")
    for told in ("6.85 to 6.95 s", "6.00 to 13.30 s", "30 s", "none", "23.95 s or more", "6.50 s or more"):
        assert told in cells


def test_the_other_clients_have_a_table_with_a_row_for_each_scenario() -> None:
    seen = ScenarioResult(sample_timelines.seen_by_all(), sample_timelines.passes("recovered"))
    header = replace(seen.timeline.header, clients={"connecting": "", "routed": "only root can"})
    probe = replace(seen.timeline, header=header, samples=seen.timeline.samples_of())
    calm = ScenarioResult(sample_timelines.graceful(), sample_timelines.passes("recovered"))
    repeats = [ScenarioResult(sample_timelines.seen_by_all("again"), ()) for _ in range(6)]
    page = StrictPage(report(Run.of("r", (seen, calm, ScenarioResult(probe, ()), *repeats))))
    assert [one for one in page.said("th") if one in TITLES.values()] == list(TITLES.values())
    cells = page.said("td")
    assert "10.80 to 11.00 s" in cells
    assert page.said("small").count("35 waited: median 7.00 s, longest 7.00 s") >= 1
    assert "median 10.80 to 11.00 s" in cells, "of the folded scenario"
    assert "behind a router: not measured: only root can (1 record)" in page.said("p")


def test_without_other_clients_there_is_no_such_table() -> None:
    alone = replace(sample_timelines.failover(), samples=sample_timelines.failover().samples_of())
    page = StrictPage(report(Run.of("r", (ScenarioResult(alone, ()),))))
    assert not set(TITLES.values()) & set(page.said("th"))


def test_repeats_have_their_figures(page: StrictPage) -> None:
    assert "minimum" in page.said("th")
    calm = StrictPage(report(Run.of("once", RESULTS[:2])))
    assert "minimum" not in calm.said("th")


def test_verdicts_teach(page: StrictPage) -> None:
    every = " ".join(text for texts in page.texts.values() for text in texts)
    for verdict in (
        sample_timelines.TWO_OWNERS,
        sample_timelines.NOT_RECOVERED,
        sample_timelines.CANNOT_TELL,
    ):
        for part in (verdict.why, verdict.concept, verdict.command, *verdict.evidence):
            assert part in every


def test_what_nobody_judged_is_unknown(page: StrictPage) -> None:
    assert any("No check judged this scenario" in text for text in page.said("p"))


def test_bad_scenarios_stand_open_and_of_few_all() -> None:
    def open_(run: Run) -> list[str]:
        return re.findall(r'<details class="scenario" id="([^"]+)"[^>]* open>', report(run))

    assert open_(RUN) == ["s2-split-brain", "s3-no-quorum-stop", "s4-lossy-traffic", "s6-graceful-stop"]
    assert open_(Run.of("few", RESULTS[:1])) == ["s1-frozen-node"]


def test_the_same_run_gives_the_same_page() -> None:
    assert report(RUN) == report(RUN)


def test_an_empty_run_says_so() -> None:
    page = StrictPage(report(Run.of("empty", ())))
    assert "Nothing was recorded" in page.said("h2")
    assert page.tags["table"] == 0


def test_nothing_of_the_record_becomes_markup() -> None:
    """Every text that a record or a verdict can hold is one that a node or a student may have written."""
    texts: dict[str, Any] = dict.fromkeys(
        ("scenario", "fault", "title", "why", "step", "overrides", "error", "url"), _NASTY
    )
    timeline = Timeline(
        Header(**texts, nodes=(_NASTY,), roles={_NASTY: _NASTY}, prediction=Prediction(0, 1, (_NASTY,))),
        (Sample(0, 1, page=_NASTY), Sample(1, 2, "probe", "refused", "", None, _NASTY)),
        (NodeReading(asked=0, at=1, node=_NASTY, owns_vip=True, members=(_NASTY,), dc=_NASTY),),
        (Event(0.5, "inject", _NASTY, _NASTY, _NASTY), Event(0.6, "landed", _NASTY, _NASTY)),
        (Lateness(0.2, 0.9, _NASTY),),
        (ArpReading(0.1, 0.2, (_NASTY,)), ArpReading(0.3, 0.3, (_NASTY, "x"), announced=True)),
        (PowerSwitch(0.5, 0.7, _NASTY, on=False, by=_NASTY), PowerSwitch(0.8, None, _NASTY, on=True)),
        (Write(0.5, 0.6, 1, "ok", _NASTY, _NASTY), Write(0.6, 1.1, 2, "refused", "", _NASTY)),
        (_NASTY,),
    )
    verdict = Verdict(_NASTY, FAIL, _NASTY, (_NASTY,), _NASTY, _NASTY, {_NASTY: _NASTY})
    text = report(
        Run.of(_NASTY, (ScenarioResult(timeline, (verdict,)), ScenarioResult(timeline, (verdict,))))
    )
    page = StrictPage(text)
    assert (page.tags["script"], page.tags["style"], page.tags["img"]) == (1, 1, 0)
    assert "onerror" not in page.attributes
    assert text.count("&lt;img") > 30
    assert slug(_NASTY).replace("-", "").isalnum()


def test_forty_scenarios_stay_a_page_that_opens_at_once() -> None:
    assert len(report(Run.of("many", RESULTS[:5] * 8))) < 2_500_000


def test_fenced_nodes_and_lost_writes_have_a_table() -> None:
    fenced, split = ScenarioResult(FENCED, ()), ScenarioResult(SPLIT, ())
    calm = ScenarioResult(sample_timelines.graceful(), ())
    page = StrictPage(report(Run.of("r", (calm, fenced, split))))
    cells = page.said("td")
    assert "acknowledged writes" in page.said("th")
    assert [one for one in cells if "off after" in one] == ["node1.magedu.com, off after 7.00 to 7.60 s"]
    assert "node2.magedu.com: 140 of 140 lost" in page.said("small")
    assert cells.count("nobody") == 1, "no row for the record without fencing and without writes"


def test_repeats_with_fencing_are_counted() -> None:
    results = [ScenarioResult(one, ()) for one in (FENCED, SPLIT) for _ in range(6)]
    cells = StrictPage(report(Run.of("r", results))).said("td")
    assert any("6 times" in one for one in cells), cells
    assert any("6 of 6 records lost writes, at most" in one for one in cells), cells


def test_without_fencing_and_writes_there_is_no_such_table(page: StrictPage) -> None:
    assert "acknowledged writes" not in page.said("th")
