from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from drill.record.header import Header
from drill.record.recorder import Recorder
from drill.record.timeline import ClientName, Event, Sample
from drill.report import run_folder
from inventory import files, journal
from inventory.files import Holder
from inventory.homes import STATE
from inventory.journal import Journal
from tests.support.example_lab import NODE1
from tests.support.watched import BEGIN, StillHub
from watch.feed.drill_record import DrillRecord

RUN = "2026-01-02_03-04-05"


class Followed:
    """A lab on which a drill may run, and its follower. `seconds` is the time of the record."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.seconds = root, 0.0
        self.hub = StillHub()
        self.holder: Holder | None = None
        monkeypatch.setattr(files, "holder", lambda path: self.holder if path.name == journal.LOCK else None)
        self.follower = DrillRecord(self.hub, root, root, 1)

    def begins(self) -> None:
        self.holder = Holder(7, "", 0.0)

    def recorder(self, scenario: str = "freeze", name: str = RUN, **more: int) -> Recorder:
        folder = self.root / "runs" / name
        folder.mkdir(parents=True, exist_ok=True)
        header = Header(scenario=scenario, title="a node is frozen", **more)  # type: ignore[arg-type]
        return Recorder(folder / run_folder.TIMELINE, header, lambda: self.seconds)

    def passes(self, seconds: float) -> None:
        """Time passes on both clocks."""
        self.seconds += seconds
        self.hub.now += seconds

    def told(self) -> list[str]:
        self.follower.work()
        return [one.text for one in self.hub.state.told]


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Followed:
    return Followed(tmp_path, monkeypatch)


def inject(recorder: Recorder) -> Callable[[], None]:
    return lambda: recorder.event(Event(recorder.since(), "inject", "freeze", NODE1))


def test_the_events_of_a_drill_are_told_when_they_are_written(followed: Followed) -> None:
    assert followed.told() == []
    followed.hub.now = 100.0
    followed.begins()
    with followed.recorder() as recorder:
        recorder.event(Event(0.0, "note", "observe"))
        assert followed.told()[:2] == [
            "begun: the drill or heal of process 7",
            "scenario freeze: a node is frozen",
        ]
        followed.passes(2.0)
        inject(recorder)()
        assert followed.told()[-1] == f"fault injected freeze on {NODE1}"
    [fault] = followed.hub.state.faults
    assert fault.at == pytest.approx(BEGIN + 102.0, abs=0.01)
    followed.holder = None
    (followed.root / "runs" / RUN / run_folder.REPORT).write_text("")
    assert followed.told()[-2:] == [
        f"report: runs/{RUN}/report.html",
        "ended: the drill or heal of process 7",
    ]
    assert followed.hub.state.faults[0].until == BEGIN + 102.0
    assert followed.hub.view().report == RUN


def test_a_view_that_is_opened_late_puts_the_fault_where_it_was(followed: Followed) -> None:
    followed.hub.now = 100.0
    followed.begins()
    with followed.recorder() as recorder:
        inject(recorder)()
        followed.passes(30.0)
        recorder.event(Event(followed.seconds, "note", "observe"))
        followed.told()
    assert followed.hub.state.faults[0].at == pytest.approx(BEGIN + 100.0, abs=0.01)


def test_each_scenario_of_a_run_has_a_clock_of_its_own(followed: Followed) -> None:
    followed.hub.now = 100.0
    followed.begins()
    with followed.recorder() as recorder:
        followed.passes(40.0)
        recorder.event(Event(40.0, "settled"))
    followed.seconds = 0.0
    with followed.recorder("partition") as recorder:
        followed.passes(5.0)
        recorder.event(Event(5.0, "inject", "partition", NODE1))
        followed.told()
    assert [one.at for one in followed.hub.state.faults] == [pytest.approx(BEGIN + 145.0, abs=0.01)]


def test_clients_that_only_the_drill_has_are_shown_and_the_others_are_not(followed: Followed) -> None:
    followed.begins()
    with followed.recorder() as recorder:
        for client in get_args(ClientName):
            recorder.sample(Sample(0.1, 0.2, client, "refused"))
        recorder.event(Event(0.2, "note", "observe"))
        followed.told()
    assert set(followed.hub.state.strips) == {"routed", "connecting"}


def test_what_an_interrupted_drill_left_is_told(followed: Followed) -> None:
    followed.begins()
    entry = Journal(followed.root).begin("freeze", target=NODE1)
    followed.told()
    assert followed.hub.view().left == (), "the drill still runs, and heals"
    followed.holder = None
    followed.told()
    assert followed.hub.view().left == (f"freeze on {NODE1}",)
    Journal(followed.root).mark_undone(entry)
    followed.told()
    assert followed.hub.view().left == ()


@pytest.mark.parametrize("why", ["of another lab", "older than the drill", "compressed"])
def test_another_record_is_not_followed(followed: Followed, why: str) -> None:
    followed.begins()
    with followed.recorder(lab=2 if why == "of another lab" else 1) as recorder:
        inject(recorder)()
    path = followed.root / "runs" / RUN / run_folder.TIMELINE
    if why == "older than the drill":
        followed.holder = Holder(7, "", 1_000_000.0)
        os.utime(path, (900_000.0, 900_000.0))
    elif why == "compressed":
        path.rename(path.with_name(f"{path.name}.gz"))
    assert followed.told() == ["begun: the drill or heal of process 7"]


def test_a_damaged_row_and_half_a_row_are_left_out(followed: Followed) -> None:
    followed.begins()
    with followed.recorder() as recorder:
        path = followed.root / "runs" / RUN / run_folder.TIMELINE
        inject(recorder)()
        with path.open("ab") as stream:
            stream.write(b'{"event": {"at": "soon"}}\nnothing\n{"event":{"at":1.0,"kind":"he')
        followed.told()
        with path.open("ab") as stream:
            stream.write(b'al","label":"freeze"}}\n')
        assert followed.told()[-1] == "heal freeze"


def test_the_lock_file_of_a_real_drill_is_seen(tmp_path: Path) -> None:
    """Within one process flock(2) conflicts too, because each opens the file anew."""
    hub = StillHub()
    follower = DrillRecord(hub, tmp_path, tmp_path, 1)
    (tmp_path / STATE).mkdir()
    with journal.exclusive(tmp_path):
        follower.work()
        assert hub.view().drill == f"the drill or heal of process {os.getpid()}"
    follower.work()
    assert hub.view().drill == ""
