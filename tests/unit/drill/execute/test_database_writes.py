"""Writes into the database: proven before, read from the service and from each node after, and removed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from drill.execute.counter_service import CounterService
from drill.execute.database_writes import JOURNALED, DatabaseWrites, remove_left
from drill.execute.write_services import write_service
from drill.observe.http_probe import ProbeSettings
from drill.observe.observer import Observer
from drill.record import timeline_file
from drill.record.header import Header
from drill.record.recorder import Recorder
from drill.record.timeline import Write
from drill.scenarios.catalog import SCENARIOS
from drill.scenarios.writes import refusal, store_of
from inventory.errors import LabError, RouteRefused
from inventory.journal import pending
from inventory.model import Lab
from tests.support.example_lab import NODE1, NODE2, example_lab
from tests.support.fake_lab import FakeLab
from tests.support.sql_server import FakeDatabase, database_lab, serving
from tests.support.web_server import closed_port


@dataclass
class FakeWriter(Observer):
    """Three writes, which the database acknowledges."""

    database: FakeDatabase
    writer: str
    on_write: Callable[[Write], None]

    def start(self) -> None:
        for number in range(3):
            self.database.rows[self.writer] += [number] if number not in self.database.forgets else []
            self.on_write(Write(number, number + 0.1, number, node=NODE1))

    def stop(self) -> None:
        pass


@dataclass
class Case:
    """A lab whose database is a server of this machine."""

    fake: FakeLab
    database: FakeDatabase
    recorder: Recorder
    lab: Lab

    def writes(self, guard: Callable[[], None] = lambda: None) -> DatabaseWrites:
        def writer(
            _: ProbeSettings, name: str, clock: Callable[[], float], on_write: Callable[[Write], None]
        ) -> Observer:
            return FakeWriter(self.database, name, on_write)

        return DatabaseWrites(self.fake.session(self.lab), self.recorder, guard, writer)

    @property
    def left(self) -> list[int]:
        return [number for numbers in self.database.rows.values() for number in numbers]


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    database = FakeDatabase()
    with serving(database) as port, Recorder(tmp_path / "timeline.jsonl", Header()) as recorder:
        yield Case(FakeLab(tmp_path), database, recorder, database_lab(port))


def test_the_data_are_read_from_the_service_and_from_each_node_and_removed(case: Case) -> None:
    case.database.rows["somebody else"] = [7]
    with case.writes() as service:
        assert isinstance(service, DatabaseWrites)
        assert [one.what for one in pending(case.fake.root)] == [f"{JOURNALED}{service.name}"]
        assert re.fullmatch(r"ha-lab-[0-9a-f]{12}", service.name)
    found = case.recorder.timeline()
    assert (found.header.store, found.header.served) == ("database", (0, 1, 2))
    assert found.header.stored == {NODE1: (0, 1, 2), NODE2: (0, 1, 2)}
    assert [one.number for one in found.writes] == [0, 1, 2]
    assert case.left == [7], "only the numbers of this writer are removed"
    assert pending(case.fake.root) == ()
    case.recorder.close()
    [read] = timeline_file.read_all(case.fake.root / "timeline.jsonl")
    assert read.header == found.header


def test_an_acknowledged_number_that_the_database_lost_is_not_in_the_record(case: Case) -> None:
    with case.writes():
        case.database.forgets = {1}
        for numbers in case.database.rows.values():
            numbers.remove(1)
    assert case.recorder.timeline().header.served == (0, 2)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("SELECT", r'drill.probe.read: the database at 127.0.0.1 answers: 42P01 relation "written"'),
        ("INSERT", r'drill.probe.write: .*42P01 relation "written" does not exist'),
        ("DELETE", r'drill.probe.remove: .*42P01 relation "written" does not exist'),
    ],
)
def test_a_missing_table_is_told_before_anything_is_broken(case: Case, statement: str, says: str) -> None:
    case.database.refused[statement] = (b"42P01", b'relation "written" does not exist')
    with pytest.raises(LabError, match=says):
        case.writes().__enter__()
    assert case.recorder.timeline().writes == ()
    if statement != "DELETE":
        assert case.left == []
        assert pending(case.fake.root) == ()


def test_an_answer_that_names_no_node_is_told(case: Case) -> None:
    case.database.named = b"1"
    with pytest.raises(LabError, match=r"drill.probe.write: the database answers '1', which is no node"):
        case.writes().__enter__()
    assert case.left == []
    assert pending(case.fake.root) == ()


def test_a_read_that_does_not_show_what_was_written_is_told(case: Case) -> None:
    case.database.forgets = {0}
    with pytest.raises(
        LabError, match=r"after write, read gives the numbers \(\) of a new writer, not \(0,\)"
    ):
        case.writes().__enter__()
    assert pending(case.fake.root) == ()


def test_nothing_is_sent_to_another_network(case: Case) -> None:
    def refuse() -> None:
        raise RouteRefused("not the lab's network")

    with pytest.raises(RouteRefused):
        case.writes(refuse).__enter__()
    assert case.database.asked == []


def test_data_that_cannot_be_read_stay_unknown_and_the_heal_removes_the_numbers(case: Case) -> None:
    with case.writes() as service:
        case.database.refused = dict.fromkeys(
            ("SELECT", "DELETE"), (b"57P03", b"the database system is starting up")
        )
    found = case.recorder.timeline()
    assert (found.header.store, found.header.served, found.header.stored) == ("database", None, {})
    [note] = found.events_of("note")
    assert "the service: the written numbers: not within 20 s" in note.detail
    assert "57P03" in note.detail
    assert isinstance(service, DatabaseWrites)
    assert [one.what for one in pending(case.fake.root)] == [f"{JOURNALED}{service.name}"]
    case.database.refused.clear()
    left, told = pending(case.fake.root), list[str]()
    remove_left(service.session, left, lambda: "", told.append)
    assert told == [], "the service cannot be reached"
    remove_left(service.session, left, lambda: "ok", told.append)
    assert told == [f"removed the {JOURNALED}{service.name}"]
    assert case.left == []


def test_one_place_chooses_what_a_scenario_writes_to(case: Case, tmp_path: Path) -> None:
    def chosen(lab: Lab, *, wanted: bool = True) -> type:
        return type(write_service(case.fake.session(lab), case.recorder, lambda: None, wanted=wanted))

    assert chosen(case.lab) is DatabaseWrites
    assert chosen(example_lab()) is CounterService
    assert chosen(case.lab, wanted=False) is nullcontext


def test_a_scenario_that_writes_needs_something_to_write_to() -> None:
    writes = SCENARIOS["partition-writes"]
    asks_only = database_lab(closed_port(), write="", read="", remove="")
    assert [store_of(lab) for lab in (example_lab(), database_lab(1), asks_only)] == [
        "files",
        "database",
        None,
    ]
    assert refusal(writes, example_lab()) == refusal(writes, database_lab(1)) == ""
    assert "neither the web server" in refusal(writes, asks_only)
    assert refusal(SCENARIOS["partition"], asks_only) == ""
