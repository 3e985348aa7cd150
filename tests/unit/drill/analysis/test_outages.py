from __future__ import annotations

import itertools
import random

import pytest

from drill.analysis.outages import Outage, outages
from drill.record.timeline import Outcome, Sample


def samples(letters: str, every: float = 1.0, takes: float = 0.25) -> list[Sample]:
    """One sample a letter: o good, r refused, t timeout."""
    kinds: dict[str, Outcome] = {"o": "ok", "r": "refused", "t": "timeout"}
    return [Sample(n * every, n * every + takes, outcome=kinds[letter]) for n, letter in enumerate(letters)]


def spans(letters: str) -> list[tuple[float, float | None]]:
    return [(one.lower, one.upper) for one in outages(samples(letters))]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("", []),
        ("oooo", []),
        ("orro", [(1.0, 3.25)]),
        ("oro", [(0.0, 2.25)]),
        ("oroorro", [(0.0, 2.25), (1.0, 3.25)]),
        ("rro", [(1.0, None)]),
        ("orr", [(1.0, None)]),
        ("rrr", [(2.0, None)]),
    ],
)
def test_intervals(letters: str, expected: list[tuple[float, float | None]]) -> None:
    assert spans(letters) == expected


def test_what_is_known_of_an_outage() -> None:
    [one] = outages(samples("oorttooo"))
    assert one == Outage(2.0, 4.0, 1.0, 5.25, 3, (("timeout", 2), ("refused", 1)))
    assert one.resolution == pytest.approx(2.25)
    assert not one.open
    assert one.summary == "outage at 2.00 s: 2.00 to 4.25 s (3 failed: 2 timeout, 1 refused)"


@pytest.mark.parametrize(
    ("letters", "words"),
    [
        ("rro", "already down at the first request"),
        ("orr", "not over at the last"),
        ("rr", "no answer at all"),
    ],
)
def test_an_open_outage_says_so(letters: str, words: str) -> None:
    [one] = outages(samples(letters))
    assert one.open
    assert one.resolution is None
    assert words in one.summary


def test_the_order_of_arrival_does_not_matter() -> None:
    every = samples("oorrtoorro")
    shuffled = random.Random(7).sample(every, len(every))
    assert outages(shuffled) == outages(every)


def test_a_late_answer_is_judged_by_when_it_was_asked() -> None:
    slow = [Sample(0.0, 0.1), Sample(1.0, 1.1, outcome="refused"), Sample(2.0, 4.5), Sample(3.0, 3.1)]
    [one] = outages(slow)
    assert one.next_good == 4.5, "the service may have come back as late as the slow answer"


@pytest.mark.parametrize("start", [n / 10 for n in range(10, 20)])
@pytest.mark.parametrize("length", [0.3, 1.0, 2.7])
def test_the_true_length_lies_between_the_bounds(start: float, length: float) -> None:
    """A service that is really down from start to start + length, asked once a second."""
    down = (start, start + length)
    asked = [
        Sample(float(n), n + 0.1, outcome="refused" if down[0] <= n < down[1] else "ok") for n in range(10)
    ]
    for one in outages(asked):
        assert one.upper is not None
        assert one.lower <= length <= one.upper


def test_every_failure_is_in_one_outage() -> None:
    for letters in itertools.product("or", repeat=7):
        text = "".join(letters)
        found = outages(samples(text))
        assert sum(one.failed for one in found) == text.count("r")
        assert len(found) == sum(1 for key, _ in itertools.groupby(text) if key == "r")


def test_of_two_requests_of_the_same_moment_the_one_that_ended_first_is_first() -> None:
    late = Sample(1.0, 1.5, outcome="timeout")
    [found] = outages([late, Sample(0.0, 0.1), Sample(1.0, 1.1), Sample(2.0, 2.1)])
    assert (found.last_good, found.first_failed, found.next_good) == (1.0, 1.0, 2.1)
