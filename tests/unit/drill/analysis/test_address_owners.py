from __future__ import annotations

import random

import pytest

from drill.analysis.address_owners import (
    DoubleOwnership,
    double_ownerships,
    held_address,
    latest_readings,
    owners_at,
    ownerships,
)
from drill.analysis.coverage import answered_readings, gaps, unread_reason, watched_period
from drill.record.header import Header
from drill.record.timeline import Event, NodeReading, Timeline
from tests.support.example_lab import NODE1, NODE2


def reading(
    node: str, asked: float, holds: bool = False, *, takes: float = 0.1, seen: bool = True
) -> NodeReading:
    return NodeReading(asked=asked, at=asked + takes, node=node, owns_vip=holds, seen=seen)


def told(*node_readings: NodeReading) -> Timeline:
    return Timeline(Header(nodes=(NODE1, NODE2)), node_readings=node_readings)


def held(node: str, since: float, until: float, every: float = 0.5) -> list[NodeReading]:
    return [reading(node, since + n * every, True) for n in range(int((until - since) / every) + 1)]


def test_a_holding_is_sure_from_the_first_answer_to_the_last_question() -> None:
    [one] = ownerships(told(*held(NODE1, 1, 3)), NODE1)
    assert (one.since, one.until) == (1.1, 3.0)


@pytest.mark.parametrize(
    "between", [reading(NODE1, 2.1), reading(NODE1, 2.1, seen=False)], ids=["not held", "unanswered"]
)
def test_another_reading_ends_a_holding(between: NodeReading) -> None:
    found = ownerships(told(*held(NODE1, 0, 2), between, *held(NODE1, 2.5, 4)), NODE1)
    assert [(one.since, one.until) for one in found] == [(0.1, 2.0), (2.6, 4.0)]


def test_a_long_silence_ends_a_holding() -> None:
    assert len(ownerships(told(*held(NODE1, 0, 2), *held(NODE1, 4.1, 6)), NODE1)) == 1
    assert len(ownerships(told(*held(NODE1, 0, 2), *held(NODE1, 4.2, 6)), NODE1)) == 2


def test_a_hand_over_is_no_double() -> None:
    after = [reading(NODE1, 2.2), *held(NODE2, 2.1, 5), reading(NODE2, 1.6)]
    assert double_ownerships(told(*held(NODE1, 0, 2), *after)) == ()


def test_holdings_that_overlap_are_a_double() -> None:
    [both] = double_ownerships(told(*held(NODE1, 0, 4), *held(NODE2, 2, 6)))
    assert both == DoubleOwnership((NODE1, NODE2), 2.1, 4.0)
    assert both.summary == f"{NODE1} and {NODE2} both held it from 2.10 to 4.00 s"


def test_one_reading_within_the_others_holding_is_a_double() -> None:
    [both] = double_ownerships(told(*held(NODE2, 0, 4), reading(NODE1, 2.0, True)))
    assert (both.since, both.until) == (2.0, 2.1)


def test_one_reading_at_the_edge_is_none() -> None:
    assert double_ownerships(told(*held(NODE2, 0, 4), reading(NODE1, 3.95, True))) == ()
    assert double_ownerships(told(*held(NODE2, 0, 4), reading(NODE1, 0.05, True))) == ()


def test_two_single_readings_prove_nothing() -> None:
    assert double_ownerships(told(reading(NODE1, 1.0, True), reading(NODE2, 1.05, True))) == ()


@pytest.mark.parametrize("seed", range(20))
def test_no_true_hand_over_is_ever_called_a_double(seed: int) -> None:
    """The address moves to and fro between the nodes; each is read at times of its own, each answer late."""
    chance = random.Random(seed)
    moves = [0.0]
    while moves[-1] < 60:
        moves.append(moves[-1] + chance.uniform(2, 5))

    def owner(moment: float) -> str:
        return (NODE1, NODE2)[sum(at <= moment for at in moves) % 2]

    node_readings = []
    for node in (NODE1, NODE2):
        at = chance.uniform(0, 0.3)
        while at < 60:
            takes = chance.uniform(0.01, 0.6)
            node_readings.append(reading(node, at, owner(at + takes * chance.random()) == node, takes=takes))
            at += takes + chance.uniform(0.0, 0.3)
    assert double_ownerships(told(*node_readings)) == ()


def test_whether_one_machine_held_the_address_by_its_own_last_reading() -> None:
    one = told(*held(NODE1, 0, 4), reading(NODE2, 3.5))
    assert held_address(one, NODE1, 4.0) is True
    assert held_address(one, NODE2, 4.0) is False
    assert held_address(one, NODE2, 20.0) is None, "nothing was read lately"
    assert held_address(one, "witness.magedu.com", 4.0) is False, "it is no node"
    assert held_address(one, "", 4.0) is None
    silent = told(reading(NODE1, 3.5, seen=False), reading(NODE2, 3.5))
    assert held_address(silent, NODE1, 4.0) is None, "the other node's reading does not tell it"


def test_owners_at_a_moment() -> None:
    one = told(*held(NODE1, 0, 4), reading(NODE2, 3.5))
    assert owners_at(one, 4.0) == (NODE1,)
    assert owners_at(one, 3.65) == (NODE1,)
    assert owners_at(one, 20.0) is None, "nothing was read lately"
    assert owners_at(told(reading(NODE1, 0.0), reading(NODE2, 0.0)), 1.0) == ()
    assert owners_at(told(reading(NODE1, 0.0, seen=False)), 1.0) is None


def test_the_latest_readings() -> None:
    one = told(reading(NODE1, 1.0), reading(NODE1, 2.0), reading(NODE2, 0.0))
    assert {node: reading.asked for node, reading in latest_readings(one, 2.5).items()} == {NODE1: 2.0}
    assert latest_readings(one, 2.05)[NODE1].asked == 1.0, "a reading counts from its answer"
    assert latest_readings(one, 2.05, within=5)[NODE2].asked == 0.0


def test_answered_readings_lie_within() -> None:
    one = told(*(reading(NODE1, float(n), seen=n != 3) for n in range(6)))
    assert [reading.asked for reading in answered_readings(one, NODE1, 1.0, 5.0)] == [1.0, 2.0, 4.0]


def test_gaps_are_what_no_answer_covers() -> None:
    one = told(reading(NODE1, 3.0), reading(NODE1, 4.0), reading(NODE1, 5.0, seen=False), reading(NODE1, 9.0))
    assert gaps(one, NODE1, 0.0, 10.0, longer=2) == ((0.0, 3.0), (4.1, 9.0))
    assert gaps(one, NODE1, 3.0, 4.1, longer=0.9) == ()
    assert gaps(one, NODE2, 1.0, 4.1) == ((1.0, 4.1),)
    assert gaps(one, NODE1, 9.05, 12.0) == ()
    assert gaps(one, NODE1, 9.05, 12.0, longer=2) == ((9.1, 12.0),)


def test_unread_in_words() -> None:
    one = told(*held(NODE1, 0, 10), reading(NODE2, 0.0))
    assert unread_reason(one, [NODE1], 0, 10) == ""
    assert unread_reason(one, [NODE1, NODE2], 0, 10) == f"{NODE2} gave no reading from 0.10 to 10.00 s"


def test_watched_from_when_all_were_read_to_the_end_of_all() -> None:
    end = Event(9.0, "settled")
    both = (reading(NODE1, 2.0), reading(NODE2, 1.0, seen=False), reading(NODE2, 4.0), reading(NODE1, 5.0))

    def since(*node_readings: NodeReading, events: tuple[Event, ...] = (end,)) -> tuple[float, float] | None:
        return watched_period(
            Timeline(Header(nodes=(NODE1, NODE2)), node_readings=node_readings, events=events)
        )

    assert since(*both) == (4.0, 9.0)
    assert since(*both, events=(Event(3.0, "inject"), end)) == (3.0, 9.0), "a fault must not go unwatched"
    assert since(*both, events=(Event(6.0, "inject"), end)) == (4.0, 9.0)
    assert since(*both[:2]) == (1.0, 9.0), "node2 never answered"
    assert since() is None
