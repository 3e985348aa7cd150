"""What a watch asks for and when: at its intervals, after news at once, and more often where a source is missing."""

from __future__ import annotations

from itertools import pairwise

import pytest

from drill.observe.stream_state import StreamState
from drill.observe.wants import BETWEEN_S, LIVELY_S, Wants
from inventory.platforms.registry import PLATFORMS
from tests.support.example_lab import example_lab

LAB = example_lab()
TICK = 0.05


def asked(platform: str, seconds: float, *news: float, answers: float = 0.03) -> dict[str, list[float]]:
    """When each letter was asked for; a view is complete after `answers` seconds, `news` come at these moments."""
    wants = Wants(PLATFORMS[platform], 0.25, 2.0)
    state = StreamState(LAB, PLATFORMS[platform], LAB.node1, 0.1)
    found: dict[str, list[float]] = {}
    view_ends, left = float("inf"), list(news)
    for number in range(1, round(seconds / TICK) + 1):
        now = number * TICK
        if now >= view_ends and state.viewing:
            assert state.take_view(f"@end {state.viewing}")
        if left and now >= left[0]:
            left.pop(0)
            state.take("Diff: +++ 0.1.2")
        letters = wants.letters(state, now)
        state.ask(number, now, view="v" in letters)
        if "v" in letters:
            view_ends = now + answers
        for letter in letters:
            found.setdefault(letter, []).append(round(now, 2))
    return found


def test_everything_is_asked_for_at_first() -> None:
    assert {letter: times[0] for letter, times in asked("debian12", 0.1).items()} == dict.fromkeys(
        "sfpqv", TICK
    )


def test_a_quiet_cluster_is_viewed_once_a_second() -> None:
    views = [at for at in asked("debian12", 20.0)["v"] if at > LIVELY_S + 1.1]
    assert {round(after - before, 2) for before, after in pairwise(views)} == {1.0}


def test_news_are_followed_by_a_view_at_once() -> None:
    quiet = 10.02
    views = asked("debian12", 12.0, quiet)["v"]
    assert min(at for at in views if at > quiet) <= quiet + TICK
    assert len([at for at in views if quiet < at < quiet + 1.5]) >= 5, (
        "and it is viewed more often for a while"
    )


def test_a_view_is_not_asked_for_twice_at_once() -> None:
    views = asked("debian12", 3.0, *(n / 100 for n in range(1, 300)), answers=0.2)["v"]
    assert min(round(after - before, 2) for before, after in pairwise(views)) >= 0.2 + BETWEEN_S


def test_a_view_that_never_comes_is_asked_for_again() -> None:
    views = asked("debian12", 7.0, answers=99.0)["v"]
    assert [round(at) for at in views] == [0, 2, 4, 6]


@pytest.mark.parametrize("platform", ["centos6"])
def test_without_a_source_it_is_polled(platform: str) -> None:
    views = asked(platform, 20.0)["v"]
    assert max(round(after - before, 2) for before, after in pairwise(views)) <= 0.25 + TICK
