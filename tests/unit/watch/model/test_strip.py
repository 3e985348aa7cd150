from __future__ import annotations

import pytest

from drill.record.timeline import OUTCOMES
from tests.support.watched import BEGIN, sample
from watch.model import strip
from watch.model.strip import CELL_S, CELLS, FAILED, UNKNOWN, Strip


def taking(*found: tuple[float, str]) -> str:
    """The last cells of a strip after samples at some seconds: "1" of node 1, else an outcome."""
    made = Strip()
    for at, what in found:
        one = sample(at) if what.isdigit() else sample(at, outcome=what)  # type: ignore[arg-type]
        made = made.taking(one, int(what) if what.isdigit() else None)
    return made.text(BEGIN + 3.0)[-7:]


def test_each_cell_is_for_half_a_second_and_a_cell_without_a_request_is_unknown() -> None:
    assert taking((0.0, "1"), (0.5, "1"), (2.0, "2"), (2.5, "2"), (3.0, "2")) == "11??222"


@pytest.mark.parametrize("order", [(("refused"), "1"), ("1", "refused")])
def test_a_failure_is_never_covered_by_an_answer_of_the_same_half_second(order: tuple[str, str]) -> None:
    assert taking((3.0, order[0]), (3.1, order[1]))[-1] == FAILED["refused"]


def test_each_outcome_has_a_letter_of_its_own() -> None:
    assert set(FAILED) == set(OUTCOMES) - {"ok"}
    assert len(set(FAILED.values())) == len(FAILED)
    assert all(strip.is_failure(one) for one in FAILED.values())
    assert not any(strip.is_failure(one) for one in ("1", "8", strip.SOMEBODY, UNKNOWN))


def test_an_answer_that_does_not_tell_its_node_is_an_answer() -> None:
    assert Strip().taking(sample(0.0), None).text(BEGIN)[-1] == strip.SOMEBODY


def test_a_strip_keeps_two_minutes() -> None:
    made = Strip()
    for second in range(400):
        made = made.taking(sample(second), 1)
    assert len(made.cells) <= CELLS
    assert len(made.text(BEGIN + 400)) == CELLS
    assert made.text(BEGIN + 400 + CELLS * CELL_S) == UNKNOWN * CELLS, "after two minutes nothing is left"


@pytest.mark.parametrize("width", [1, 7, 59, 60, 64, 80, 240, 500])
def test_a_narrow_strip_shows_each_failure(width: int) -> None:
    for place in range(0, CELLS, 13):
        cells = "1" * place + "r" + "1" * (CELLS - place - 1)
        found = strip.narrowed(cells, width)
        assert len(found) <= max(width, 1)
        assert found.count("r") == 1, f"the failure in cell {place} is lost at {width} columns"


def test_a_narrow_strip_shows_the_later_answer_and_known_before_unknown() -> None:
    assert strip.narrowed("1122??2?", 4) == "12?2"
