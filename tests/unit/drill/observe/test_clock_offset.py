"""The offset between a node's uptime and the record's clock: each answer narrows it."""

from __future__ import annotations

import math
import random

import pytest

from drill.observe.clock_offset import DRIFT, ClockOffset

AHEAD = 1234.5678
"""The node's uptime when the record begins (seconds)."""


def uptime(at: float, ahead: float = AHEAD) -> float:
    """The uptime that a node reads at a time of the record: hundredths, rounded down."""
    return math.floor(100 * (at + ahead)) / 100


def test_nothing_is_known_without_an_answer() -> None:
    assert ClockOffset().within(0.0) == math.inf


def test_many_answers_narrow_the_offset_below_the_steps_of_the_uptime() -> None:
    random.seed(3)
    found = ClockOffset(shares_kernel=True)
    for number in range(600):
        asked = number / 10 + random.random() / 50
        read = asked + 0.001 + random.random() / 100
        found.take(asked, read + 0.001 + random.random() / 100, uptime(read))
        assert found.least <= -AHEAD + 1e-9
        assert found.most >= -AHEAD - 1e-9
    assert found.within(60.0) < 0.002
    assert found.since == -math.inf


def test_the_true_offset_stays_inside_when_the_clocks_move_apart() -> None:
    random.seed(4)
    found = ClockOffset()
    for number in range(2000):
        asked = number / 10
        read = asked + 0.002
        found.take(asked, read + 0.002, uptime(read, AHEAD + 0.9 * DRIFT * read))
    for moment in (200.0, 150.0, 100.0):
        true = -(AHEAD + 0.9 * DRIFT * moment)
        assert abs(found.middle - true) <= found.within(moment) + 1e-6


@pytest.mark.parametrize(
    "jump", [-AHEAD, -3.0, 5.0], ids=["the node has booted", "it stood still", "it was set ahead"]
)
def test_an_answer_that_contradicts_the_others_starts_again(jump: float) -> None:
    found = ClockOffset()
    for at in (0.0, 0.1, 0.2):
        found.take(at, at + 0.005, uptime(at + 0.001))
    found.take(4.0, 4.005, uptime(4.001, AHEAD + jump))
    assert found.middle == pytest.approx(-(AHEAD + jump), abs=0.01)
    assert found.within(4.005) == pytest.approx(0.0075, abs=0.0001)
    assert found.since == pytest.approx(0.205), "the last answer before; the boot was earlier"


def test_after_a_boot_the_offset_is_valid_from_the_boot_on() -> None:
    found = ClockOffset()
    found.take(1.0, 1.005, uptime(1.001))
    found.take(64.0, 64.005, uptime(64.001, -50.0))
    assert found.since == pytest.approx(50.0, abs=0.02)


def test_the_first_and_the_last_uptime_of_a_slow_answer_are_both_used() -> None:
    found = ClockOffset()
    found.take(1.0, 3.0, uptime(1.01), uptime(2.98))
    assert found.within(3.0) < 0.03
