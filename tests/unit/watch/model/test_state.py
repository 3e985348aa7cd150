from __future__ import annotations

import pytest
from msgspec.structs import replace

from drill.record.timeline import ArpReading, Lateness
from tests.support.example_lab import NODE1, NODE2
from tests.support.watched import (
    BEGIN,
    event,
    failover,
    healthy,
    judged,
    reading,
    sample,
    samples,
    silent,
    state_of,
    up,
)
from watch.model.facts import DrillFact, Fact, NotUp, Reported, Told
from watch.model.state import MOST_TOLD, State, reduce

HEALTHY = state_of([up(), *healthy()])


def told(*facts: Fact, state: State = HEALTHY) -> list[str]:
    """The lines that some facts add."""
    after = state_of(facts, state)
    return [one.text for one in after.told[len(state.told) :]]


def test_the_same_facts_make_the_same_state() -> None:
    assert state_of(failover(20, 26)) == state_of(failover(20, 26))


def test_a_fact_does_not_change_the_state_before_it() -> None:
    before = state_of([up(), *healthy()])
    state_of(failover(20, 26), before)
    assert before == HEALTHY


def test_what_does_not_change_is_not_told_again() -> None:
    assert told(*healthy(1.0), *samples(1, 5), up(2.0)) == []


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        (silent(NODE1, 2), "node1 not seen"),
        (
            reading(NODE2, 2, NODE2),
            "node2: holds the address; web running; WebIP on node2; WebServer on node2",
        ),
        (
            reading(NODE1, 2, NODE2),
            "node1: gave the address up; web stopped; WebIP on node2; WebServer on node2",
        ),
        (reading(NODE1, 2, quorate=False, members=(NODE1,)), "node1: has no quorum; members: node1"),
        (
            reading(NODE1, 2, quorate=None, members=(NODE1, NODE2), dc=""),
            "node1: sees no cluster; DC unknown",
        ),
        (sample(2, outcome="wrong_body"), "a client gets wrong_body"),
        (sample(2, NODE2), "a client gets node2"),
        (judged(2, "WebIP is not configured"), "not healthy: WebIP is not configured"),
        (event("inject", 2, "freeze", NODE1), "fault injected freeze on node1"),
        (
            event("landed", 2, "freeze", NODE1, "it is frozen"),
            "fault in effect freeze on node1: it is frozen",
        ),
        (event("note", 2, "observe", "", "3 s"), "observe: 3 s"),
        (DrillFact(BEGIN + 2, "process 7"), "begun: process 7"),
        (NotUp(BEGIN + 2, "no machine runs"), "not up: no machine runs"),
        (Reported(BEGIN + 2, "2026-01-01"), "report: runs/2026-01-01/report.html"),
        (Told(BEGIN + 2, "lab", "words"), "words"),
        (Lateness(BEGIN, BEGIN + 0.5, "processor 1"), "processor 1 was late by 0.50 s"),
        (
            ArpReading(BEGIN, BEGIN, (NODE2,), announced=True),
            "node2 announces the address (gratuitous ARP)",
        ),
    ],
)
def test_what_is_new_is_told_once(fact: Fact, line: str) -> None:
    assert told(fact) == [line]
    once = reduce(HEALTHY, fact)
    assert once.told_ever == HEALTHY.told_ever + 1
    if not isinstance(fact, ArpReading | Told | Reported) and "fault" not in line and line != "observe: 3 s":
        assert told(fact, state=once) == [], "the same fact again is nothing new"


def test_notes_of_phases_and_answers_to_arp_are_not_told() -> None:
    assert told(event("note", 2, "phase:stopped"), ArpReading(BEGIN, BEGIN, (NODE1,))) == []


def test_a_result_that_comes_late_does_not_hide_a_newer_one() -> None:
    late = replace(sample(1.0, outcome="timeout"), done=BEGIN + 2.0)
    after = state_of([sample(1.5), late], HEALTHY)
    assert after.answers["probe"] == sample(1.5)
    assert "t" in after.strips["probe"].text(BEGIN + 2), "but it is in the strip"


@pytest.mark.parametrize(
    ("facts", "spans"),
    [
        ([], [("freeze", None, None)]),
        ([event("landed", 3, "freeze", NODE1)], [("freeze", 3.0, None)]),
        ([event("landed", 3, "", NODE1)], [("freeze", 3.0, None)]),
        ([event("landed", 3, "freeze", NODE2)], [("freeze", None, None)]),
        ([event("landed", 3, "freeze", NODE1), event("healed", 9, "freeze", NODE1)], [("freeze", 3.0, 9.0)]),
        ([event("settled", 9)], [("freeze", None, 9.0)]),
        ([DrillFact(BEGIN + 8, "process 7"), DrillFact(BEGIN + 9)], [("freeze", None, 9.0)]),
        (
            [DrillFact(BEGIN + 8, "p"), DrillFact(BEGIN + 9, left=("freeze on node1",))],
            [("freeze", None, None)],
        ),
        (
            [event("healed", 4, "freeze", NODE1), event("inject", 5, "partition", NODE2)],
            [("freeze", None, 4.0), ("partition", None, None)],
        ),
        (
            [event("healed", 4, "freeze", NODE1), event("inject", 300, "partition", NODE2)],
            [("partition", None, None)],
        ),
    ],
)
def test_a_fault_lasts_from_its_injection_to_its_heal(facts: list[Fact], spans: list[object]) -> None:
    after = state_of([event("inject", 2, "freeze", NODE1), *facts], HEALTHY)
    short = [
        (one.label, *(None if at is None else at - BEGIN for at in (one.landed, one.until)))
        for one in after.faults
    ]
    assert short == spans


def test_a_lab_that_is_gone_leaves_nothing_that_was_read() -> None:
    after = reduce(HEALTHY, NotUp(BEGIN + 5, "no machine runs"))
    assert (after.readings, after.answers, after.judged) == ({}, {}, None)
    assert after.lab == HEALTHY.lab, "which nodes it has is still known"
    assert reduce(after, up(6)).down is None


def test_a_machine_that_is_late_all_the_time_is_told_now_and_then() -> None:
    late = [Lateness(BEGIN + second, BEGIN + second + 0.5, "processor 1") for second in range(25)]
    assert len(told(*late)) == 3


def test_only_the_last_lines_are_kept_but_all_are_counted() -> None:
    after = state_of([Told(BEGIN, "lab", str(n)) for n in range(3 * MOST_TOLD)], State())
    assert len(after.told) == MOST_TOLD
    assert after.told_ever == 3 * MOST_TOLD
