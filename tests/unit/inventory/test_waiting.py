from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from inventory.errors import TimedOut, Unreachable
from inventory.waiting import let_pass, until
from tests.support.fake_session import fake_clock, fake_session


def answers(*given: object) -> Iterator[object]:
    yield from given
    while True:
        yield given[-1]


def asked(given: Iterator[object]) -> object:
    answer = next(given)
    if isinstance(answer, Exception):
        raise answer
    return answer


def test_a_good_answer_comes_back_at_once() -> None:
    clock = fake_clock()
    assert until(lambda: "there", bool, "it is there", deadline=10, clock=clock) == "there"
    assert clock.now() == 0


def test_it_asks_again_at_its_pace() -> None:
    clock, given = fake_clock(), answers(None, None, "there")
    assert until(lambda: asked(given), bool, "it is there", deadline=10, every=2, clock=clock) == "there"
    assert clock.now() == 4


@pytest.mark.parametrize(("takes", "pause"), [(0.1, 0.25), (0.4, 0.8), (5.0, 1.0)])
def test_a_slow_answer_makes_the_pause_longer_up_to_a_limit(takes: float, pause: float) -> None:
    clock, given = fake_clock(), answers(None, "there")

    def slow() -> object:
        clock.sleep(takes)
        return asked(given)

    assert until(slow, bool, "it is there", deadline=60, clock=clock) == "there"
    assert clock.now() == pytest.approx(2 * takes + pause)


def test_a_time_out_carries_the_last_answer() -> None:
    clock, given = fake_clock(), answers("first", "second")
    with pytest.raises(TimedOut) as caught:
        until(
            lambda: asked(given),
            lambda seen: seen == "third",
            "The third comes",
            deadline=3,
            every=1,
            clock=clock,
            hint="Look.",
        )
    assert str(caught.value) == "The third comes: not within 3 s. The last answer was: second\n  -> Look."
    assert clock.now() == 3


def test_patience_makes_a_deadline_longer() -> None:
    clock = replace(fake_clock(), patience=2.5)
    with pytest.raises(TimedOut, match=r"^It comes: not within 10 s\."):
        until(lambda: "no", lambda seen: False, "It comes", deadline=4, every=1, clock=clock)
    assert clock.now() == 10


def test_a_session_brings_its_labs_patience_to_every_wait() -> None:
    assert fake_session(patience=7.0).clock.patience == 7
    assert fake_session().clock.patience == 1


def test_an_error_of_the_labs_is_an_answer() -> None:
    gone = Unreachable("node2 does not answer", hint="Is it up?")
    clock, given = fake_clock(), answers(gone, gone, "up")
    assert until(lambda: asked(given), bool, "node2 is up", deadline=9, clock=clock) == "up"
    with pytest.raises(TimedOut, match=r"The last answer was: node2 does not answer$"):
        until(lambda: asked(answers(gone)), bool, "node2 is up", deadline=9, clock=clock)


def test_another_error_is_not() -> None:
    clock = fake_clock()
    with pytest.raises(ZeroDivisionError):
        until(lambda: asked(answers(ZeroDivisionError())), bool, "it works", deadline=9, clock=clock)
    assert clock.now() == 0


def test_a_slow_question_uses_up_the_deadline() -> None:
    clock, times = fake_clock(), []

    def slow() -> bool:
        times.append(clock.now())
        clock.sleep(4)
        return False

    with pytest.raises(TimedOut):
        until(slow, bool, "it is quick", deadline=5, every=1, clock=clock)
    assert times == [0, 5]


def test_several_things_that_are_amiss_are_told_in_words() -> None:
    with pytest.raises(TimedOut, match=r"The last answer was: no DC; WITHOUT quorum$"):
        until(
            lambda: ("no DC", "WITHOUT quorum"),
            lambda found: not found,
            "well",
            deadline=0,
            clock=fake_clock(),
        )


def test_time_passes_to_within_the_interval_and_without_patience() -> None:
    clock = replace(fake_clock(), patience=20)
    let_pass(1.5, clock=clock)
    assert 1.5 <= clock.now() <= 1.6
