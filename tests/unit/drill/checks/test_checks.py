"""Every check on recorded timelines: a good one passes, a bad one is rejected, a thin one is not judged."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from drill.checks.registry import CHECKS, judge
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict, lessons
from drill.record import timeline_file
from drill.record.header import CheckRow, Header
from drill.record.timeline import Event, Timeline
from tests.support.timeline_notation import cases, timeline

CASES = cases()
STATUS = {"good": PASS, "bad": FAIL, "unknown": UNKNOWN}
NEVER_FAILS = {"stable_rate"}
"""Its bad record speaks of the poller, not of the cluster: it is rejected as UNKNOWN."""


def names(case: dict[str, Any]) -> str:
    return f"{case['check']}-{case['kind']}-{case['why']}"


GOOD = [case for case in CASES if case["kind"] == "good"]
FAULTY = [case for case in GOOD if timeline(case).header.fault]


def with_header(one: Timeline, **changes: Any) -> Timeline:
    return dataclasses.replace(one, header=dataclasses.replace(one.header, **changes))


def verdict(one: Timeline) -> Verdict:
    [found] = judge(one)
    return found


@pytest.mark.parametrize("case", CASES, ids=names)
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "timeline.jsonl"
    timeline_file.append(file, timeline(case))
    found = verdict(timeline_file.read(file))
    want = UNKNOWN if case["check"] in NEVER_FAILS and case["kind"] == "bad" else STATUS[case["kind"]]
    assert found.status == want, found.description
    assert re.search(case.get("says", ""), found.description), found.description
    assert "expected " in found.why
    if found.status != PASS:
        assert "says" in case, f"say what its text has to name: {found.description}"
        assert f"  concept: {lessons()[case['check']].concept}" in found.description
        assert f"  look:    {lessons()[case['check']].command}" in found.description


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_passes_rejects_and_abstains(name: str) -> None:
    kinds = {case["kind"] for case in CASES if case["check"] == name}
    assert kinds == set(STATUS), f"{name} lacks a case of the kinds {set(STATUS) - kinds}"


def test_cases_are_told_apart() -> None:
    ids = [names(case) for case in CASES]
    assert len(set(ids)) == len(ids)
    assert {case["check"] for case in CASES} == set(CHECKS)


def test_every_check_has_a_lesson_and_every_lesson_a_check() -> None:
    assert set(lessons()) == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_lesson_is_two_or_three_sentences_and_a_command(name: str) -> None:
    lesson = lessons()[name]
    assert 2 <= len(re.findall(r"[.:?](?: |$)", lesson.concept)) <= 5, lesson.concept
    assert len(lesson.concept) < 400
    assert re.match(r"[a-z_]+(-[a-z]+)* ?", lesson.command)
    assert not re.search(r"\d+\.\d+\.\d+\.\d+", lesson.concept + lesson.command), (
        "addresses stand in lab.yaml only"
    )


@pytest.mark.parametrize("case", GOOD, ids=names)
def test_a_drill_that_failed_itself_proves_nothing(case: dict[str, Any]) -> None:
    one = timeline(case)
    found = verdict(with_header(one, error="ssh to node1 was lost"))
    assert (found.status, found.check) == (UNKNOWN, case["check"])
    assert "the drill itself failed: ssh to node1 was lost" in found.why


@pytest.mark.parametrize("case", GOOD, ids=names)
def test_a_record_that_is_cut_off_proves_nothing(case: dict[str, Any]) -> None:
    found = verdict(dataclasses.replace(timeline(case), notes=("line 9 is cut off",)))
    assert found.status == UNKNOWN
    assert "line 9 is cut off" in found.why


@pytest.mark.parametrize("case", GOOD, ids=names)
def test_a_record_without_an_end_proves_nothing(case: dict[str, Any]) -> None:
    one = timeline(case)
    found = verdict(with_header(one, after=None))
    assert found.status == UNKNOWN
    assert "it has no end: the drill was killed" in found.why


@pytest.mark.parametrize("case", GOOD, ids=names)
def test_a_fault_that_did_not_land_proves_nothing(case: dict[str, Any]) -> None:
    one = timeline(case)
    event = Event(10.2, "not_landed", node=one.nodes[0], detail="netem is not there")
    found = verdict(dataclasses.replace(one, events=(*one.events, event)))
    assert found.status == UNKNOWN
    assert "on node1.magedu.com did not take effect: netem is not there" in found.why


@pytest.mark.parametrize("case", FAULTY, ids=names)
def test_a_fault_without_its_proof_proves_nothing(case: dict[str, Any]) -> None:
    one = timeline(case)
    unproven = tuple(event for event in one.events if event.kind != "landed")
    found = verdict(dataclasses.replace(one, events=unproven))
    assert found.status == UNKNOWN
    assert f"no event proves that {one.header.fault}" in found.why


@pytest.mark.parametrize("case", [case for case in FAULTY if case["from"] == "twice"], ids=names)
def test_each_of_several_faults_needs_its_proof(case: dict[str, Any]) -> None:
    one = timeline(case)
    unproven = tuple(event for event in one.events if (event.kind, event.at) != ("landed", 40.5))
    found = verdict(dataclasses.replace(one, events=unproven))
    assert found.status == UNKNOWN
    assert "corosync_stopped on node2.magedu.com at 40.00 s took effect" in found.why


@pytest.mark.parametrize("case", GOOD, ids=names)
def test_an_empty_record_passes_nothing(case: dict[str, Any]) -> None:
    checks = timeline(case).header.checks
    found = verdict(Timeline(Header(nodes=("node1.magedu.com", "node2.magedu.com"), checks=checks)))
    assert found.status == UNKNOWN, found.description


def test_a_row_that_names_no_check_is_unknown() -> None:
    found = verdict(Timeline(Header(checks=(CheckRow("nonesuch", {"role": "peer"}),))))
    assert found.status == UNKNOWN
    assert "outage_within_budget" in found.why, "the known checks are named"
    assert found.label == "nonesuch(role='peer')"


def test_a_crashing_check_is_unknown_and_says_why() -> None:
    found = verdict(Timeline(Header(checks=(CheckRow("recovered", {"colour": "red"}),), after=())))
    assert found.status == UNKNOWN
    assert "it crashed: TypeError" in found.why
    assert found.label == "recovered(colour='red')"


def test_all_rows_are_judged_in_their_order() -> None:
    one = timeline({"check": "recovered", "from": "failover"})
    rows = (CheckRow("recovered"), CheckRow("one_owner"), CheckRow("runs_on", {"role": "active"}))
    found = judge(with_header(one, checks=rows))
    assert [(v.check, v.status) for v in found] == [
        ("recovered", PASS),
        ("one_owner", PASS),
        ("runs_on", FAIL),
    ]
    assert found[2].params == {"role": "active"}


def test_without_rows_nothing_is_judged() -> None:
    assert judge(Timeline()) == ()
