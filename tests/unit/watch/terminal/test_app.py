"""The terminal view as a person uses it, by textual's pilot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from inventory.errors import MachineError
from inventory.homes import STATE
from inventory.host.command import Started
from tests.support.example_lab import NODE1, NODE2
from tests.support.watched import BEGIN, StillHub, failover, healthy, reading, sample, up
from watch.feed.control import Control
from watch.model.facts import Fact, NotUp
from watch.terminal.app import INTERRUPTED, WatchApp
from watch.terminal.scenario_list import ScenarioList

TITLES: Mapping[str, str] = {
    "freeze": "The active node is frozen",
    "partition": "The nodes do not see each other",
    "graceful-stop": "The active node is stopped in order",
}
NARROW, WIDE, TINY = (80, 24), (160, 45), (40, 12)


class Drills:
    def __init__(self) -> None:
        self.names: list[str] = []
        self.status: int | None = None

    def __call__(self, argv: list[str], output: Path, folder: Path) -> Started:
        self.names.append(argv[-1])
        return Started(4711, lambda: self.status)


class Screen:
    """A view of some facts on a terminal of a size."""

    def __init__(
        self, root: Path, facts: list[Fact], now: float, titles: Callable[[], Mapping[str, str]]
    ) -> None:
        (root / STATE).mkdir(exist_ok=True)
        self.drills = Drills()
        self.control = Control(root, 1, titles, self.drills)
        self.hub = StillHub(facts, now)
        self.hub.control = lambda: self.control.message
        self.app = WatchApp(self.hub, self.control)

    @property
    def text(self) -> str:
        """What stands on the terminal."""
        return "\n".join(line.text.rstrip() for line in self.app.screen._compositor.render_strips())

    async def comes(self, pilot: Pilot[None], wanted: Callable[[], bool], what: str) -> None:
        """Wait until something is so; the event loop goes on meanwhile."""
        for _ in range(200):
            if wanted():
                return
            await pilot.pause(0.05)
        raise AssertionError(f"{what}:\n{self.text}")

    async def shows(self, pilot: Pilot[None], *wanted: str) -> None:
        """Wait until all of these texts stand on the terminal."""
        for text in wanted:
            await self.comes(pilot, lambda text=text: text in self.text, f"{text!r} is not on the screen")  # type: ignore[misc]

    def run(self, size: tuple[int, int], steps: Callable[[Pilot[None]], Awaitable[None]]) -> None:
        async def inside() -> None:
            async with self.app.run_test(size=size, notifications=True) as pilot:
                await self.shows(pilot, "client gets")
                await steps(pilot)

        asyncio.run(inside())


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path, failover(20, 26), 29.0, lambda: TITLES)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
def test_everything_is_on_one_screen(screen: Screen, size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await screen.shows(
            pilot,
            "lab: docker, debian12", "live", "client gets node2", "address on node2", "quorum yes", "DC node2",
            "NOT HEALTHY", "1 node1", "no answer", "HOLDS IT", "WebServer", "-INFINITY", "new connections",
            "kept connection", "faults", "the drill or heal of process 7", "a client gets node2",
            "not healthy: node1 does not answer", "Start a scenario", "Quit",
        )  # fmt: skip
        lines = screen.text.splitlines()
        assert len(lines) <= size[1]
        assert max(map(len, lines)) <= size[0]
        [strip] = [line for line in lines if "new connections" in line]
        assert "1" in strip
        assert "xx" in strip
        assert "2" in strip.split("xx")[-1]

    screen.run(size, steps)


def test_a_tiny_terminal_shows_what_fits(screen: Screen) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert "client gets node2" in screen.text
        await pilot.resize_terminal(*NARROW)
        await screen.shows(pilot, "new connections")

    screen.run(TINY, steps)


def test_a_change_is_seen_at_once(tmp_path: Path) -> None:
    screen = Screen(tmp_path, [up(), *healthy()], 1.0, lambda: TITLES)

    async def steps(pilot: Pilot[None]) -> None:
        assert "client gets node1" in screen.text
        screen.hub.sample(sample(1.0, NODE2))
        screen.hub.reading(reading(NODE1, 1.0, NODE2))
        screen.hub.reading(reading(NODE2, 1.0, NODE2))
        await screen.shows(pilot, "client gets node2", "address on node2")

    screen.run(NARROW, steps)


def test_what_is_old_is_shown_as_unknown(tmp_path: Path) -> None:
    screen = Screen(tmp_path, [up(), *healthy()], 60.0, lambda: TITLES)

    async def steps(pilot: Pilot[None]) -> None:
        await screen.shows(
            pilot, "client gets unknown", "address on unknown", "quorum ?", "DC ?", "health unknown"
        )
        assert "HOLDS IT" not in screen.text

    screen.run(NARROW, steps)


def test_two_owners_and_a_lab_that_is_not_up(tmp_path: Path) -> None:
    both: list[Fact] = [up(), *(reading(node, 1.0, node, (node,)) for node in (NODE1, NODE2))]
    screen = Screen(tmp_path, both, 1.0, lambda: TITLES)

    async def steps(pilot: Pilot[None]) -> None:
        await screen.shows(pilot, "address on node1 and node2 TWO OWNERS", "PARTITIONS")
        await screen.shows(pilot, "node1 (says node1); node2 (says node2)")
        screen.hub.take(NotUp(BEGIN + 1, "No machine for node1. ./lab up"))
        await screen.shows(pilot, "NOT UP", "not up: No machine for node1. ./lab up")

    screen.run(NARROW, steps)


def test_a_scenario_is_chosen_from_the_list_and_started(screen: Screen) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("s")
        await screen.shows(pilot, *TITLES.values())
        await pilot.press(*"see")
        frozen = TITLES["freeze"]
        await screen.comes(pilot, lambda: frozen not in screen.text, "only what matches is listed")
        await pilot.press("enter")
        await screen.shows(pilot, "partition runs")
        assert screen.drills.names == ["partition"]
        await pilot.press("s")
        await screen.shows(pilot, frozen)
        await pilot.press("down", "enter")
        await screen.shows(pilot, "partition runs already")
        assert screen.drills.names == ["partition"], "one at a time"

    screen.run(WIDE, steps)


def test_the_list_is_left_without_a_choice_and_may_be_empty(screen: Screen) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("s")
        await screen.shows(pilot, TITLES["freeze"])
        await pilot.press(*"zz", "enter")
        options = screen.app.screen.query_one(OptionList)
        await screen.comes(pilot, lambda: options.option_count == 0, "nothing matches")
        await pilot.press("escape")
        await screen.comes(pilot, lambda: not isinstance(screen.app.screen, ScenarioList), "the list is left")
        await pilot.press("x")
        await screen.shows(pilot, "No scenario that was started here runs.")
        assert screen.drills.names == []

    screen.run(WIDE, steps)


def test_a_lab_that_is_not_up_has_no_list(tmp_path: Path) -> None:
    def titles() -> Mapping[str, str]:
        raise MachineError("There is no lab in this folder.", hint="./lab up")

    screen = Screen(tmp_path, [], 0.0, titles)

    async def steps(pilot: Pilot[None]) -> None:
        assert "looking" in screen.text
        await pilot.press("s")
        await screen.shows(pilot, "There is no lab in this folder.")

    screen.run(WIDE, steps)


@pytest.mark.parametrize(("key", "status"), [("q", 0), ("ctrl+c", INTERRUPTED)])
def test_keys_end_it(screen: Screen, key: str, status: int) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press(key)

    screen.run(NARROW, steps)
    assert screen.app.return_code == status


def test_it_ends_by_itself_after_the_time_that_was_asked_for(screen: Screen) -> None:
    screen.app._seconds = 0.2

    async def steps(pilot: Pilot[None]) -> None:
        await screen.comes(pilot, lambda: screen.app.return_code is not None, "it ends")

    screen.run(NARROW, steps)
    assert screen.app.return_code == 0


def test_control_characters_of_a_node_do_not_reach_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;title\x07 [red]x[/] node"
    screen = Screen(
        tmp_path, [up(), reading(NODE1, 1.0, dc=evil, placements={evil: evil})], 1.0, lambda: TITLES
    )

    async def steps(pilot: Pilot[None]) -> None:
        assert "\x1b" not in screen.text
        assert "[red]x" in screen.text, "markup is shown as it is"

    screen.run(WIDE, steps)
