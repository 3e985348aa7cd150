"""A run of many scenarios: repeats and seeds, the folder, and what is left when it is cut short."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drill.faults import registry as faults
from drill.record import stored_rows
from drill.record.header import CheckRow
from drill.report import run_folder
from drill.report.result import ScenarioResult
from drill.scenarios.base import Await, Inject, Scenario
from drill.suite import Suite, finish, seed_of
from inventory.errors import LabError
from tests.support import fake_lab
from tests.support.fake_drill import FakeDrill


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDrill:
    monkeypatch.setattr(faults, "get", lambda name: fake_lab.CRACK)
    return FakeDrill(tmp_path)


CALM = Scenario("calm", "", (Await("serving", 20),), (CheckRow("came_about"), CheckRow("no_outage")))
CRACK = Scenario(
    "crack",
    "",
    (Inject("crack"), Await("serving_from:peer")),
    (CheckRow("came_about"), CheckRow("recovered")),
)


def suite(lab: FakeDrill, **more: object) -> Suite:
    lab.runner.path = lab.root / "runs" / run_folder.TIMELINE
    return Suite(lab.root, lab.runner, lab.root / "runs", **more)  # type: ignore[arg-type]


def test_each_as_often_as_asked_into_one_folder(lab: FakeDrill) -> None:
    told: list[ScenarioResult] = []
    run = suite(lab, on_result=told.append).run((CALM, CRACK), repeat=2, seed=7)
    assert [entry.name for entry in run.results] == ["calm", "calm", "crack", "crack"]
    assert run.status == "PASS"
    assert [entry.name for entry in told] == [entry.name for entry in run.results]
    assert [one.timeline.header.seed for one in told] == [
        seed_of(7, row, number) for row in (CALM, CRACK) for number in (0, 1)
    ]
    verdicts = json.loads((lab.root / "runs" / run_folder.VERDICTS).read_text())
    assert verdicts["counts"]["PASS"] == 4
    for name in (run_folder.REPORT, run_folder.JUNIT):
        assert (lab.root / "runs" / name).stat().st_size > 100
    assert not lab.runner.path.exists(), "the record is compressed when the run has ended"
    assert stored_rows.stored(lab.runner.path) == lab.root / "runs" / "timeline.jsonl.gz"
    assert run_folder.load(lab.root / "runs") == run


def test_a_record_that_cannot_be_compressed_is_kept(lab: FakeDrill, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stored_rows, "compress", full)
    with pytest.raises(
        LabError, match=r"timeline\.jsonl: cannot be compressed: No space left on device; it is kept"
    ):
        suite(lab).run((CALM,))
    assert [one.status for one in run_folder.load(lab.root / "runs").results] == ["PASS"]


def test_seeds_do_not_depend_on_what_else_is_run() -> None:
    assert seed_of(1, CALM, 0) == seed_of(1, CALM, 0)
    assert (
        len({seed_of(seed, row, number) for seed in (1, 2) for row in (CALM, CRACK) for number in range(3)})
        == 12
    )


def test_what_was_recorded_is_judged_although_the_run_was_cut_short(lab: FakeDrill) -> None:
    def stop(entry: ScenarioResult) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        suite(lab, on_result=stop).run((CALM, CRACK))
    assert [entry.name for entry in run_folder.load(lab.root / "runs").results] == ["calm"]


def test_nothing_recorded_nothing_written(lab: FakeDrill, tmp_path: Path) -> None:
    def refuse() -> None:
        raise LabError("no way there")

    lab.runner.guard = refuse
    with pytest.raises(LabError, match="no way there"):
        suite(lab).run((CALM,))
    assert not (lab.root / "runs").exists()
    assert finish(tmp_path) is None
    assert tmp_path.is_dir(), "a folder with something in it stays"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert finish(empty) is None
    assert not empty.exists()
