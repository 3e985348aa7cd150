"""What a watch asks for and when: at its intervals, after news at once, and more often where a source is missing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from drill.observe.stream_state import StreamState
from drill.observe.wants import BETWEEN_S, LIVELY_S, QUIET_S, TURN_S, ViewTurns, Wants
from inventory.platforms.registry import PLATFORMS
from tests.support.example_lab import example_lab

LAB = example_lab()
TICK = 0.05


def asked(platform: str, seconds: float, *news: float, answers: float = 0.03) -> dict[str, list[float]]:
    """When each letter was asked for; a view is complete after `answers` seconds, `news` come at these moments."""
    wants = Wants(PLATFORMS[platform], 0.25, 2.0, "node1", ViewTurns(["node1"]))
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


def views_of(nodes: int, seconds: float, sees: Callable[[int, float], object]) -> dict[str, list[float]]:
    """When each of several quiet nodes is viewed; `sees` gives what a node shows at a time."""
    names = [f"node{number}" for number in range(1, nodes + 1)]
    turns = ViewTurns(names)
    wants = {name: Wants(PLATFORMS["debian12"], 0.25, 2.0, name, turns) for name in names}
    states = {name: StreamState(LAB, PLATFORMS["debian12"], LAB.node1, 0.1) for name in names}
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(1, round(seconds / TICK) + 1):
        now = number * TICK
        for index, name in enumerate(names, start=1):
            state = states[name]
            turns.sees(name, sees(index, now))
            view = "v" in wants[name].letters(state, now)
            state.ask(number, now, view=view)
            if view:
                state.take_view(f"@end {number}")
                found[name].append(round(now, 2))
    return found


@pytest.mark.parametrize("nodes", [2, 3, 8])
def test_nodes_that_see_the_same_cluster_are_viewed_in_turn(nodes: int) -> None:
    found = views_of(nodes, 30.0, lambda node, now: "both members")
    quiet = {name: [at for at in times if at > LIVELY_S + 2 * TURN_S] for name, times in found.items()}
    for times in quiet.values():
        assert {round(after - before, 2) for before, after in pairwise(times)} == {TURN_S}
    every = sorted(at for times in quiet.values() for at in times)
    assert max(round(after - before, 2) for before, after in pairwise(every)) <= QUIET_S
    assert len(set(every)) == len(every), "not at the same time"


@pytest.mark.parametrize("sees", [lambda node, now: node, lambda node, now: "both" if node == 1 else None])
def test_each_node_is_viewed_once_a_second_when_they_differ_or_one_shows_nothing(
    sees: Callable[[int, float], object],
) -> None:
    for times in views_of(2, 20.0, sees).values():
        quiet = [at for at in times if at > LIVELY_S + 1.1]
        assert {round(after - before, 2) for before, after in pairwise(quiet)} == {QUIET_S}


def test_a_node_whose_turn_does_not_come_is_viewed_anyway() -> None:
    turns = ViewTurns(["node1", "node2"])
    for name in ("node1", "node2"):
        turns.sees(name, "both")
    turns.asked("node1", 10.0)
    turns.asked("node2", 9.5)
    assert turns.waits("node1", 11.5), "node2 comes first"
    assert not turns.waits("node2", 11.5)
    assert not turns.waits("node1", 10.0 + TURN_S), "node2 was not asked meanwhile"
