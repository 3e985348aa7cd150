"""`./lab measure` and `./lab bench prediction`, as a user types them, on nodes in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import bench_prediction, main
from cli import measure as command
from drill import suite
from drill.execute.measured_times import FILE, Row
from drill.faults import registry as faults
from drill.record.header import CheckRow
from drill.report import prediction_rows
from drill.scenarios import catalog
from drill.scenarios.base import Await, Inject, Scenario
from tests.support.fake_context import fake_context
from tests.support.fake_drill import FakeDrill
from tests.support.fake_lab import CRACK
from tests.support.health_cases import PAGE

ROW = Row("this", "move", "standby", "2026-11-26T10:00:00", {"stopped": 0.2, "started": 0.1, "answered": 0.1})
Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def lab(tmp_path: Path) -> FakeDrill:
    return FakeDrill(tmp_path)


@pytest.fixture
def typed(lab: FakeDrill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.setattr(main, "Context", lambda root, number: _context(lab, tmp_path))

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main.app, ["--root", str(tmp_path), *words])
        return done.exit_code, " ".join(f"{done.output} {done.exception or ''}".split())

    return run


def _context(lab: FakeDrill, root: Path) -> Any:
    context: Any = fake_context(lab.session(), lambda: PAGE, root)
    context.guard = lambda: None
    return context


def rows(root: Path, count: int) -> None:
    (root / ".lab").mkdir(exist_ok=True)
    (root / ".lab" / FILE).write_text(json.dumps([asdict(ROW)] * count))


def test_the_control_run_covers_each_course(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[list[str], int]] = []

    def run(context: object, chosen: list[Scenario], repeat: int, seed: int, console: object) -> None:
        seen.append(([one.name for one in chosen], repeat))
        rows(tmp_path, 5)

    monkeypatch.setattr(command, "run_scenarios", run)
    rows(tmp_path, 2)
    status, said = typed("measure", "--repeat", "4")
    assert seen == [(["standby", "freeze", "web-kill", "vip-removed"], 4)]
    assert status == 0
    assert "move: 5 outages measured, 3 are needed loss: 0 outages measured" in said


def test_a_control_run_that_measured_nothing_says_so(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "run_scenarios", lambda *arguments: None)
    rows(tmp_path, 2)
    status, said = typed("measure", "--again")
    assert status != 0
    assert "no outage could be measured" in said
    assert not (tmp_path / ".lab" / FILE).exists(), "it was to be measured again"


@pytest.fixture
def bench(lab: FakeDrill, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """The benchmark with one scenario: a crack in the active node."""
    crack = Scenario(
        "power-off",
        "",
        (Inject("crack"), Await("serving_from:peer")),
        (CheckRow("outage_within_bounds"),),
        kind="crash",
    )
    monkeypatch.setattr(faults, "get", lambda name: CRACK)
    monkeypatch.setattr(catalog, "get", lambda name: crack)
    monkeypatch.setattr(suite, "runner", lambda *arguments, **more: lab.runner)
    return lambda *words: typed(
        "bench", "prediction", "power-off", "--output", str(tmp_path / "rows.jsonl"), *words
    )


def test_measurements_that_do_not_count_are_tried_a_few_times_and_kept(bench: Typed, tmp_path: Path) -> None:
    """The lab has no measured times, so no prediction is an interval."""
    status, said = bench("--repeat", "1")
    assert status == 1
    found = prediction_rows.read(tmp_path / "rows.jsonl")
    assert len(found) == bench_prediction.TRIES
    assert not any(one.counts for one in found)
    assert "limits only" in said


def test_only_missing_measurements_are_made(bench: Typed, tmp_path: Path) -> None:
    bench("--repeat", "1")
    path = tmp_path / "rows.jsonl"
    one = replace(prediction_rows.read(path)[0], coverage=0.998, verdict="PASS")
    path.write_text(prediction_rows.line(one) * 2)
    assert bench("--repeat", "2")[0] == 0
    assert len(prediction_rows.read(path)) == 2


def test_no_measurement_begins_after_the_time(
    bench: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter((0.0, 61.0))
    monkeypatch.setattr("cli.bench_prediction.time.monotonic", lambda: next(moments))
    assert bench("--minutes", "1")[0] == 1
    assert not (tmp_path / "rows.jsonl").exists()


def test_a_scenario_that_the_lab_cannot_run_is_refused(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_prediction, "unavailable", lambda scenario, session: "no power here")
    status, said = typed("bench", "prediction")
    assert status != 0
    assert "no power here" in said
