"""The distance between a node's uptime and the record's clock: each answer narrows it."""

from __future__ import annotations

import math
import random

import pytest

from drill.observe.uptime_distance import DRIFT, UptimeDistance

AHEAD = 1234.5678
"""The node's uptime when the record begins (seconds)."""


def uptime(at: float, ahead: float = AHEAD) -> float:
    """The uptime that a node reads at a time of the record: hundredths, rounded down."""
    return math.floor(100 * (at + ahead)) / 100


def test_nothing_is_known_without_an_answer() -> None:
    assert UptimeDistance().within(0.0) == math.inf


def test_many_answers_narrow_the_distance_below_the_steps_of_the_uptime() -> None:
    random.seed(3)
    found = UptimeDistance()
    for number in range(600):
        asked = number / 10 + random.random() / 50
        read = asked + 0.001 + random.random() / 100
        found.take(asked, read + 0.001 + random.random() / 100, uptime(read))
        assert found.least <= -AHEAD + 1e-9
        assert found.most >= -AHEAD - 1e-9
    assert found.within(60.0) < 0.002


def test_the_true_distance_stays_inside_when_the_clocks_move_apart() -> None:
    random.seed(4)
    found = UptimeDistance()
    for number in range(2000):
        asked = number / 10
        read = asked + 0.002
        found.take(asked, read + 0.002, uptime(read, AHEAD + 0.9 * DRIFT * read))
    for moment in (200.0, 150.0, 100.0):
        true = -(AHEAD + 0.9 * DRIFT * moment)
        assert abs(found.middle - true) <= found.within(moment) + 1e-6


@pytest.mark.parametrize("jump", [-AHEAD, -3.0, 5.0], ids=["the node has booted", "it stood still", "ahead"])
def test_an_answer_that_contradicts_the_others_begins_anew(jump: float) -> None:
    found = UptimeDistance()
    for at in (0.0, 0.1, 0.2):
        found.take(at, at + 0.005, uptime(at + 0.001))
    found.take(4.0, 4.005, uptime(4.001, AHEAD + jump))
    assert found.middle == pytest.approx(-(AHEAD + jump), abs=0.01)
    assert found.within(4.0) == pytest.approx(0.0075, abs=0.0001)


def test_the_first_and_the_last_uptime_of_a_slow_answer_are_both_used() -> None:
    found = UptimeDistance()
    found.take(1.0, 3.0, uptime(1.01), uptime(2.98))
    assert found.within(3.0) < 0.03
