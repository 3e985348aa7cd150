"""Exercises are drawn without replacement, and every one can be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from classroom import draws
from classroom.exercises import EXERCISES

NAMES = [one.name for one in EXERCISES]


def test_seeds_in_a_row_begin_with_different_exercises() -> None:
    orders = [draws.order(NAMES, seed) for seed in range(len(NAMES))]
    assert {one[0] for one in orders} == set(NAMES)
    assert all(sorted(one) == sorted(NAMES) for one in orders)
    assert len(set(orders)) == len(NAMES)
    assert draws.order(NAMES, 3) == draws.order(NAMES, 3)
    assert draws.order([], 3) == ()


@pytest.mark.parametrize("seed", [None, 3])
def test_none_comes_twice_before_all_came(seed: int | None, tmp_path: Path) -> None:
    found = []
    for _ in range(2 * len(NAMES)):
        found.append(draws.draw(NAMES, seed, draws.drawn(tmp_path, NAMES)))
        draws.remember(tmp_path, found[-1], NAMES)
    assert sorted(found[: len(NAMES)]) == sorted(NAMES)
    assert sorted(found[len(NAMES) :]) == sorted(NAMES)


def test_a_record_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    for text in (
        "{half",
        "7",
        "[7]",
        '["no-order"]',
        '{"salt": 7, "drawn": 7}',
        '{"salt": "x", "drawn": [7]}',
    ):
        (tmp_path / draws.DRAWN).write_text(text)
        assert draws.drawn(tmp_path, NAMES) == ()


def test_the_file_does_not_tell_what_was_drawn(tmp_path: Path) -> None:
    draws.remember(tmp_path, "no-order", NAMES)
    text = (tmp_path / draws.DRAWN).read_text()
    assert not any(name in text for name in NAMES)
    assert draws.drawn(tmp_path, NAMES) == ("no-order",)
