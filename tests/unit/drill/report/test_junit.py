"""JUnit XML: FAIL is a failure, UNKNOWN an error, both with the text that teaches."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from drill.checks.verdict import FAIL, PASS, Verdict
from drill.record.header import Header
from drill.record.timeline import Timeline
from drill.report.junit import junit
from drill.report.result import ScenarioResult
from drill.report.run import Run
from tests.support import sample_timelines


def _read(*entries: ScenarioResult) -> ET.Element:
    return ET.fromstring("".join(junit(Run.of("a-run", entries))).encode())


def test_each_verdict_is_a_case_of_its_scenario() -> None:
    split = ScenarioResult(
        sample_timelines.split_brain(), (sample_timelines.TWO_OWNERS, *sample_timelines.passes("recovered"))
    )
    root = _read(split, ScenarioResult(sample_timelines.not_landed(), (sample_timelines.CANNOT_TELL,)))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "1", "1")
    assert [suite.get("name") for suite in root] == ["split-brain", "lossy-traffic"]
    cases = {
        (case.get("classname"), case.get("name")): [part.tag for part in case]
        for case in root.iter("testcase")
    }
    assert cases == {
        ("split-brain", "one_owner"): ["failure"],
        ("split-brain", "recovered"): [],
        ("lossy-traffic", "outage_within_budget"): ["error"],
    }


def test_a_failure_teaches() -> None:
    [failure] = _read(ScenarioResult(sample_timelines.split_brain(), (sample_timelines.TWO_OWNERS,))).iter(
        "failure"
    )
    assert failure.get("message") == sample_timelines.TWO_OWNERS.why
    assert failure.text == sample_timelines.TWO_OWNERS.description
    assert "split brain" in failure.text
    assert "ip -4 addr show" in failure.text


def test_a_scenario_that_nobody_judged_is_an_error() -> None:
    [error] = _read(ScenarioResult(sample_timelines.graceful(), ())).iter("error")
    assert error.get("message") == "no check judged this scenario"


def test_whatever_a_verdict_says_the_file_stays_xml() -> None:
    nasty = 'a < b & "c" ]]> \x00\x1b[31m \ud800 \ufffe end'
    verdict = Verdict("check", FAIL, nasty, (nasty,), nasty, nasty, {"text": nasty})
    entry = ScenarioResult(Timeline(Header(scenario=nasty)), (verdict, Verdict("other", PASS, nasty)))
    [failure] = _read(entry).iter("failure")
    assert failure.get("message") == 'a < b & "c" ]]> ??[31m ? ? end'
