from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from inventory.errors import ConfigError, MachineError
from inventory.waiting import CLOCK, until
from tests.support.watched import StillHub, healthy, up
from watch.feed import labs as module
from watch.feed.background import Background
from watch.feed.hub import Hub
from watch.feed.labs import Labs, OneLab
from watch.feed.opened import OpenLab


class Idle(Background):
    """Counts those that run."""

    running = 0
    period = 0.01

    def start(self) -> None:
        type(self).running += 1
        super().start()

    def stop(self) -> None:
        super().stop()
        type(self).running -= 1

    def work(self) -> None:
        """Nothing to do."""


class Folder:
    def __init__(self) -> None:
        self.numbers: tuple[int, ...] = (1, 2)
        self.opened: list[int] = []

    def open(self, number: int) -> OpenLab:
        self.opened.append(number)
        raise MachineError(f"lab {number} is not up")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    monkeypatch.setattr(Labs, "period", 0.01)
    Idle.running = 0
    return Folder()


@contextlib.contextmanager
def shown(folder: Folder) -> Iterator[Labs]:
    with Labs(
        lambda: folder.numbers, folder.open, lambda number: Hub(), lambda hub, number: [Idle(hub, "idle")]
    ) as labs:
        yield labs


def tiles(labs: Labs, *wanted: int) -> None:
    until(
        lambda: tuple(one.number for one in labs.tiles()),
        lambda found: found == wanted,
        f"there are tiles of {wanted}",
        deadline=20,
        every=0.02,
        clock=CLOCK,
    )


def test_labs_that_come_and_go_have_tiles(folder: Folder) -> None:
    with shown(folder) as labs:
        tiles(labs, 1, 2)
        folder.numbers = (2, 5)
        tiles(labs, 2, 5)
        until(lambda: [one.up for one in labs.tiles()], lambda up: up == [False, False], "they are not up",
              deadline=20, every=0.02, clock=CLOCK)  # fmt: skip
        assert labs.tiles()[1].why == "lab 5 is not up"


def test_a_lab_is_observed_while_somebody_looks_at_it_and_a_while_longer(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shown(folder) as labs:
        tiles(labs, 1, 2)
        with labs.watched(2) as one, labs.watched(2) as other:
            assert one is other
            assert Idle.running == 1
        with labs.watched(2) as again:
            assert again is one, "it lingers"
        monkeypatch.setattr(module, "LINGER_S", -1.0)
        until(lambda: Idle.running, lambda count: count == 0, "it ends", deadline=20, every=0.02, clock=CLOCK)
        with labs.watched(2):
            assert Idle.running == 1
    assert Idle.running == 0, "it ends with the server, also while somebody looks"


def test_an_unknown_lab_is_refused(folder: Folder) -> None:
    with shown(folder) as labs:
        tiles(labs, 1, 2)
        with pytest.raises(ConfigError, match="no lab 7"), labs.watched(7):
            pass
    hub = StillHub([up(), *healthy()])
    one = OneLab(1, hub)
    with pytest.raises(ConfigError, match="shows lab 1 only"), one.watched(2):
        pass
    with one.watched(1) as found:
        assert found is hub
    assert [made.number for made in one.tiles()] == [1]
