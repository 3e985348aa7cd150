"""A fault that a monitor detects comes at a random time between two runs of the monitor."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from drill.execute import monitor_phase
from drill.faults import registry
from drill.scenarios.base import Await, ClusterTime, Inject
from tests.support.fake_drill import FakeDrill
from tests.support.fake_lab import CRACK
from tests.support.fake_session import fake_clock, fake_session


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDrill:
    monkeypatch.setattr(registry, "get", lambda name: CRACK)
    return FakeDrill(tmp_path)


def waited(fault: str, seed: int) -> tuple[float, list[str]]:
    session, notes = fake_session(clock=fake_clock()), list[str]()
    began = session.clock.now()
    times: dict[ClusterTime, float] = {"web monitor": 10.0, "loss": 99.0}
    monitor_phase.wait_random_part(
        session, registry.get(fault), times, random.Random(seed), lambda label, detail: notes.append(detail)
    )
    return session.clock.now() - began, notes


def test_each_time_between_two_runs_is_as_likely() -> None:
    found = sorted(waited("web-kill", seed)[0] for seed in range(200))
    for place, seconds in enumerate(found):
        assert seconds == pytest.approx(10.0 * place / 200, abs=1.5)
    assert waited("web-kill", 7) == waited("web-kill", 7)


def test_it_is_told() -> None:
    seconds, [note] = waited("web-kill", 7)
    told, _, why = note.partition(" s before the fault: ")
    assert float(told) == pytest.approx(seconds, abs=0.2)
    assert why == "a random part of the time between two runs of the monitor, 10 s"


def test_without_a_monitor_nothing_is_waited_for() -> None:
    assert waited("vip-removed", 7) == (0.0, [])


@pytest.mark.parametrize(("kind", "waits"), [("process", 1), ("crash", 0)])
def test_only_the_first_fault_that_a_monitor_detects_waits(lab: FakeDrill, kind: str, waits: int) -> None:
    entry = lab.run(Inject("crack"), Await("serving_from:peer"), Inject("crack", "passive"), kind=kind)
    events = entry.timeline.events
    notes = [one for one in events if "a random part" in one.detail]
    assert len(notes) == waits, "before the first fault only"
    assert all(one.at <= entry.timeline.events_of("inject")[0].at for one in notes)
