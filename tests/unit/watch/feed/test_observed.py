"""The observation of a view: a lab that comes and goes, and one that is observed anew before the old one ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from drill.observe.http_probe import ProbeRate
from drill.observe.observation import Observation, ObservationSink, Observing
from drill.record.timeline import NodeReading
from inventory.errors import LabError, MachineError
from inventory.waiting import CLOCK, until
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_session import fake_session
from tests.support.watched import BOTH
from watch.feed import background, observed
from watch.feed.background import Background
from watch.feed.hub import Hub
from watch.feed.judge import Judge
from watch.feed.observed import Observed
from watch.feed.opened import OpenLab
from watch.model.facts import Told


class FakeLab:
    """A lab that is up or not; it counts the observations that run."""

    def __init__(self) -> None:
        self.why: LabError | None = MachineError("There is no lab in this folder.", hint="./lab up")
        self.gone: LabError | None = None
        self.running: list[int] = []
        self.most = self.begun = 0
        self.speaks = True

    def open(self) -> OpenLab:
        if self.why:
            raise self.why
        session = fake_session()
        return OpenLab(session, cast(Any, None), lambda: None, lambda: "", lambda: self.gone)

    def observing(self, lab: OpenLab) -> Observing:
        @contextlib.contextmanager
        def observe(sink: ObservationSink, since: Callable[[], float]) -> Iterator[Observation]:
            self.begun += 1
            number = self.begun
            self.running.append(number)
            self.most = max(self.most, len(self.running))
            if self.speaks:
                for node in BOTH:
                    at = since() + 1000  # it stays fresh
                    sink.reading(
                        NodeReading(asked=at, at=at, node=node, owns_vip=node == NODE1, members=BOTH)
                    )
            try:
                yield Observation(lambda: ProbeRate(1, 0, 0.0), 1)
            finally:
                self.running.remove(number)

        return observe


class NoJudge(Judge):
    def work(self) -> None:
        """It never judges."""


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeLab:
    monkeypatch.setattr(observed, "RETRY_S", 0.02)
    monkeypatch.setattr(observed, "LOOK_S", 0.01)
    monkeypatch.setattr(observed, "OVERLAP_S", 0.05)
    monkeypatch.setattr(observed, "RENEWED_S", 3600.0)
    return FakeLab()


@contextlib.contextmanager
def watching(fake: FakeLab) -> Iterator[Hub]:
    hub = Hub()
    with Observed(hub, fake.open, judge=NoJudge, observing=fake.observing):
        yield hub


def eventually(ask: Callable[[], object], what: str) -> None:
    until(ask, bool, what, deadline=20.0, every=0.02, clock=CLOCK)


def test_a_lab_that_is_not_up_is_told_and_picked_up_when_it_comes(fake: FakeLab) -> None:
    with watching(fake) as hub:
        eventually(lambda: hub.view().up is False, "it is not up")
        assert hub.view().why == "There is no lab in this folder. ./lab up"
        fake.why = None
        eventually(lambda: hub.view().owners == (NODE1,), "it is observed")
        assert hub.view().up
    assert fake.running == []
    told = [one.text for one in hub.state.told]
    assert told.count("not up: There is no lab in this folder. ./lab up") == 1, "the same reason is told once"


def test_a_lab_that_goes_is_told_and_picked_up_again(fake: FakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observed, "SILENT_S", 0.0)
    monkeypatch.setattr(observed, "STALE_S", 0.0)
    fake.why, fake.speaks = None, False
    hub = Hub()
    with Observed(hub, fake.open, judge=NoJudge, observing=fake.observing, stale_s=0.0):
        eventually(lambda: fake.running, "it is observed")
        fake.gone = MachineError("No machine for node1.", hint="./lab up")
        eventually(lambda: hub.view().up is False, "its machines are gone")
        assert hub.view().why == "No machine for node1. ./lab up"
        fake.gone = None
        eventually(lambda: hub.view().up, "it is there again")


def test_a_new_observation_begins_before_the_old_one_ends(
    fake: FakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observed, "RENEWED_S", 0.05)
    fake.why = None
    with watching(fake):
        eventually(lambda: fake.begun >= 4, "it was begun anew several times")
    assert fake.most == 2
    assert fake.running == []


def test_nodes_that_are_lost_do_not_end_the_view(fake: FakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observed, "SILENT_S", 0.0)
    fake.why, fake.speaks = None, False
    with watching(fake) as hub:
        eventually(lambda: fake.running, "it is observed")
        assert hub.view().up
        assert [one.seen for one in hub.view().nodes] == ["unknown", "unknown"]


class Failing(Background):
    period = 0.001

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub, "work")
        self.count = 0

    def work(self) -> None:
        self.count += 1
        if self.count < 30:
            raise LabError("the disk is full") if self.count % 2 else OSError("the disk is full")


def test_an_error_is_told_and_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    with Failing(hub) as failing:
        eventually(lambda: failing.count > 40, "it goes on")
    told = {one.text for one in hub.state.told}
    assert told == {"work: the disk is full", "work: OSError: the disk is full"}
    assert all(isinstance(one, Told) for one in hub.state.told)
    assert background.JOIN_S > 10, "a reading of the nodes has 10 s"
    assert NODE2 in BOTH
