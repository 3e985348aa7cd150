"""The tests on the nodes, spread over labs: which lab, which order, and one run of all records."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cli.testing import DURATIONS
from drill.record import timeline_file
from drill.report import run_folder
from inventory.errors import LabError
from tests.support import spread, worker_lab
from tests.support.sample_timelines import failover

ROOT = Path(__file__).parents[2]


def item(path: str, name: str = "test") -> pytest.Item:
    return cast(pytest.Item, SimpleNamespace(path=ROOT / path, nodeid=f"{path}::{name}"))


def config(folder: Path, **more: Any) -> pytest.Config:
    return cast(pytest.Config, SimpleNamespace(rootpath=folder, **more))


def test_a_worker_has_a_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB", "5")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    assert (worker_lab.worker_lab(), worker_lab.lab_number()) == (None, 5)
    monkeypatch.delenv("LAB")
    assert worker_lab.lab_number() == 1
    for worker, number in (("gw0", 1), ("gw3", 4)):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        assert (worker_lab.worker_lab(), worker_lab.lab_number()) == (number, number)


def test_the_longest_test_is_first_within_its_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built, drill, mutation, other, busy = (
        item("tests/acceptance/test_built.py"),
        "tests/acceptance/test_drill.py",
        item("tests/mutation/test_mutations.py"),
        item("tests/acceptance/test_reset.py"),
        item("tests/acceptance/test_placement.py"),
    )
    short, long, new = (item(drill, name) for name in ("short", "long", "new"))
    (tmp_path / DURATIONS).parent.mkdir()
    seconds = {short.nodeid: 9.0, long.nodeid: 40.0, busy.nodeid: 99.0}
    (tmp_path / DURATIONS).write_text(json.dumps(seconds))
    wanted = [built, long, short, new, mutation, other, busy]
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    found = [busy, other, new, short, mutation, long, built]
    spread.pytest_collection_modifyitems(config(tmp_path), found)
    assert found == wanted
    monkeypatch.delenv("PYTEST_XDIST_WORKER")
    spread.pytest_collection_modifyitems(config(tmp_path), found[::-1])
    assert found == wanted, "one lab: the order of the walkthrough"


def test_other_tests_keep_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    found = [item("tests/unit/test_b.py"), item("tests/unit/test_a.py")]
    spread.pytest_collection_modifyitems(config(tmp_path), found)
    assert [one.path.name for one in found] == ["test_b.py", "test_a.py"]


@pytest.mark.parametrize(
    ("words", "on_nodes"),
    [(["tests/acceptance"], True), (["tests/unit", "tests/mutation/test_mutations.py::test_x"], True),
     (["tests/unit"], False), ([], False), (["tests/unit/test_acceptance.py"], False)],
)  # fmt: skip
def test_only_tests_on_nodes_need_labs(words: list[str], on_nodes: bool) -> None:
    assert spread._on_nodes(words) is on_nodes


def test_the_records_of_the_labs_become_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    worker = config(tmp_path, workerinput={worker_lab.RECORDS: str(tmp_path)})
    folder = worker_lab.records(worker, tmp_path).part
    assert folder == tmp_path / "lab-2"
    assert worker_lab.records(config(tmp_path), tmp_path).part is None
    timeline_file.append(folder / run_folder.TIMELINE, failover("freeze"))
    timeline_file.append(tmp_path / "lab-1" / run_folder.TIMELINE, failover("nothing"))
    (tmp_path / "lab-3").mkdir()
    spreading = whole(tmp_path)
    spreading.pytest_sessionfinish()
    kept = timeline_file.read_all(tmp_path / run_folder.TIMELINE)
    assert [one.scenario for one in kept] == ["nothing", "freeze"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "junit.xml", "report.html", "timeline.jsonl.gz", "verdicts.json",
    ]  # fmt: skip
    assert spreading.told[-1].endswith(str(tmp_path))


def test_records_that_are_not_complete_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "lab-1" / run_folder.TIMELINE
    timeline_file.append(path, failover("freeze"))
    path.write_bytes(path.read_bytes()[:-5])
    spreading = whole(tmp_path)
    spreading.pytest_sessionfinish()
    assert path.is_file()
    assert any("not complete" in line and "cut off" in line for line in spreading.told)


def test_only_the_labs_that_were_made_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[tuple[int, str]] = []
    monkeypatch.setattr(spread, "require_room", lambda root, count: (2, 4))
    monkeypatch.setattr(spread, "_lab", lambda number, word, deadline: typed.append((number, word)))
    spreading = whole(tmp_path)
    spreading.pytest_sessionstart()
    spreading.pytest_sessionfinish()
    assert sorted(typed) == [(2, "down"), (2, "up"), (4, "down"), (4, "up")]


def test_a_lab_that_cannot_be_made_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[tuple[int, str]] = []

    def lab(number: int, word: str, deadline: float) -> None:
        typed.append((number, word))
        if (number, word) == (2, "up"):
            raise LabError("./lab --lab 2 up failed after 3 s:\n  | no room")

    monkeypatch.setattr(spread, "require_room", lambda root, count: (1, 2, 3, 4))
    monkeypatch.setattr(spread, "_lab", lab)
    with pytest.raises(pytest.exit.Exception, match="no room"):
        whole(tmp_path).pytest_sessionstart()
    assert typed[0] == (1, "up"), "the first one alone: it makes what all share"
    assert sorted(typed[-4:]) == [(number, "down") for number in (1, 2, 3, 4)]


def whole(folder: Path) -> spread.Spreading:
    option = SimpleNamespace(numprocesses=4)
    found = spread.Spreading(config(folder, option=option, getoption=lambda name: str(folder)))
    found.folder = folder
    return found
