"""What a record is worth: whole records of busy machines, and the rule that no check can do without it."""

from __future__ import annotations

import pytest

from drill.analysis.record_worth import Span, summary, worth
from drill.checks.base import Check, check
from drill.checks.registry import CHECKS, judge, weighed
from drill.checks.verdict import FAIL, PASS, UNKNOWN, failed, passed, unknown, worst_result
from drill.record import timeline_file
from drill.record.header import Header, NodePause
from drill.record.timeline import Lateness, NodeReading, Timeline
from tests.support.example_lab import CASES, NODE1

RECORDS = CASES / "records"
WHOLE = {
    "starved-host": (
        "20 of 233 slots of the probe were missed",
        {"no_outage", "recovered", "page_names_owner"},
    ),
    "thin-record": (
        "70 of 221 slots of the probe were missed",
        {"no_outage", "recovered", "page_names_owner"},
    ),
}
"""Recorded on docker nodes beside busy processes: the first was FAIL no_outage, the second PASS."""


@pytest.mark.parametrize("name", WHOLE)
def test_a_record_of_a_busy_machine_proves_neither_good_nor_bad(name: str) -> None:
    says, checks = WHOLE[name]
    found = {one.check: one for one in judge(timeline_file.read(RECORDS / f"{name}.jsonl"))}
    assert {one.status for one in found.values()} == {PASS, UNKNOWN}
    for id_ in checks:
        assert found[id_].status == UNKNOWN, found[id_].description
        assert says in found[id_].why
    assert found["colocated"].status == PASS, "the readings of the nodes were good all the same"


def test_a_check_cannot_keep_quiet_about_what_it_rests_on() -> None:
    with pytest.raises(TypeError, match="the check moon_phase does not name its evidence"):
        check("moon_phase")


@pytest.mark.parametrize("one", CHECKS.values(), ids=CHECKS)
def test_each_check_that_rests_on_requests_or_readings_needs_enough_of_them(one: Check) -> None:
    thin = worth(Timeline(Header()))
    poor = type(thin)({"requests": "thin", "readings": "thin"}, (), 1.0, Span(0, 1))
    rests = bool({"requests", "readings"} & set(one.on))
    assert (weighed(passed("a", "b"), one.on, poor).status == UNKNOWN) is rests
    assert (weighed(failed("a", "b"), one.on, poor).status == UNKNOWN) is (
        rests or one.id in ("failcounts", "fenced")
    )
    for result in (passed("a", "b"), failed("a", "b")):
        assert weighed(result, one.on, thin) == result


def test_unknown_stays_as_it_is() -> None:
    result = unknown("a", "b")
    assert weighed(result, ("requests",), worth(Timeline(Header()))) is result


def test_spans_of_several_failures_are_kept_only_together() -> None:
    one, two = failed("a", "b", spans=[Span(1, 2)]), failed("a", "c", spans=[Span(3, 4)])
    assert worst_result([one, two, passed("a", "d")]).spans == (Span(1, 2), Span(3, 4))
    assert worst_result([one, failed("a", "e")]).spans == (), "the second may have been at any time"
    assert worst_result([one, two]).status == FAIL


def test_the_figures_for_people() -> None:
    assert summary(Timeline(Header())) == "", "an old record: nobody looked"
    assert summary(Timeline(Header(watched_processors=2))) == "never late"
    late = Timeline(
        Header(watched_processors=2, nodes=(NODE1,), pauses=(NodePause(NODE1, 2.7),)),
        node_readings=(NodeReading(asked=9, at=9.1, node=NODE1, late=0.8),),
        lateness=(Lateness(1, 1.3, "processor 0"), Lateness(2, 2.05, "processor 1")),
    )
    assert summary(late) == f"3 times late, the longest: corosync on {NODE1} (its log) for 2.70 s"
