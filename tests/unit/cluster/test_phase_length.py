from __future__ import annotations

import random

import pytest

from cluster.phase_length import JEFFREYS, Even, Measured, PhaseLength, Waits, drawn, middle, narrowest

WAIT = Waits(1.0, (JEFFREYS,) * 3)


def interval(*lengths: PhaseLength, coverage: float = 0.98) -> tuple[float, float]:
    return middle(map(sum, zip(*drawn(lengths), strict=True)), coverage)


def test_an_even_length() -> None:
    low, high = interval(Even(1.0, 2.0))
    assert low == pytest.approx(1.01, abs=0.01)
    assert high == pytest.approx(1.99, abs=0.01)


def test_the_same_input_gives_the_same_interval() -> None:
    lengths = (Even(0.0, 1.0), Measured((0.1, 0.2, 0.15), WAIT))
    assert interval(*lengths) == interval(*lengths)


@pytest.mark.parametrize("count", [3, 20])
def test_the_next_measurement_is_inside_as_often_as_stated(count: int) -> None:
    """40 series of measurements of one log-normal length; the next one of each against its own interval."""
    chance = random.Random(3)
    inside = 0
    for _ in range(40):
        *known, following = (chance.lognormvariate(-1.5, 0.3) for _ in range(count + 1))
        low, high = interval(Measured(tuple(known)), coverage=0.9)
        inside += low <= following <= high
    assert 31 <= inside <= 40


def test_few_measurements_give_a_wider_interval() -> None:
    few, many = interval(Measured((0.1, 0.12, 0.11))), interval(Measured((0.1, 0.12, 0.11) * 10))
    assert few[0] < many[0] < 0.11 < many[1] < few[1]


def test_waits_that_come_sometimes_are_expected_and_not_spread_out() -> None:
    low, high = interval(Measured((0.1, 0.11, 1.12, 0.1, 0.12, 1.1, 2.1) * 3, WAIT))
    assert 0.05 < low < 0.1
    assert 2.1 < high < 2.4
    [found] = drawn([Measured((0.1, 0.11, 1.12, 0.1, 0.12, 1.1, 2.1) * 3, WAIT)])
    between = [one for one in found if 0.5 < one < 1.05]
    assert len(between) < len(found) / 1000, "almost never between no wait and one"
    assert sum(one < 1 for one in found) / len(found) == pytest.approx(12.5 / 22.5, abs=0.02)


def test_how_often_it_waits_is_learned() -> None:
    assert interval(Measured((0.1,) * 200, WAIT))[1] < 1.0, "rarer than the share that is left out"
    assert interval(Measured((0.1, 0.11, 0.12), WAIT))[1] > 2.1, "three measurements do not exclude it"
    assert interval(Measured((0.1, 4.11, 0.12), WAIT))[1] > 4.1, "more than is usual"


def test_a_length_of_nothing_is_no_error_and_no_measurement_is_one() -> None:
    assert 0 < interval(Measured((0.0, 0.0)))[1] < 0.1
    with pytest.raises(ValueError, match="no measurement"):
        Measured(())


def test_the_middle_of_values() -> None:
    assert middle(range(101), 0.5) == (25, 75)
    assert middle([4.0], 0.98) == (4.0, 4.0)


def test_the_narrowest_interval_is_where_most_values_are() -> None:
    values = [*(1.0 + n / 1000 for n in range(95)), 3.0, 4.0, 5.0, 6.0, 0.0]
    assert narrowest(values, 0.9) == pytest.approx((1.0, 1.09), abs=0.005)
    least, most = narrowest(values, 0.96)
    assert sum(least <= one <= most for one in values) >= 96
    assert narrowest([2.0], 0.98) == (2.0, 2.0)
    assert narrowest(values, 1.0) == (0.0, 6.0)
