"""Recorded runs get the verdicts and outages that they always got: streamed or not, plain or compressed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from drill.checks import registry as checks
from drill.record import stored_rows, timeline_file
from drill.report import run_folder
from drill.report.verdicts_file import WrittenVerdicts
from tests.support.example_lab import CASES

RECORDS = CASES / "records"
VERDICTS: dict[str, list[dict[str, Any]]] = json.loads((RECORDS / "verdicts.json").read_text("utf-8"))
"""Made by the version before records were read one at a time."""
BENCH = CASES.parent.parent / "docs" / "results" / "report" / f"{run_folder.TIMELINE}{stored_rows.SUFFIX}"


@pytest.fixture(params=VERDICTS)
def run(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """The name of a recorded run, and a folder with its record alone."""
    if request.param == "report":
        shutil.copy(BENCH, tmp_path)
    else:
        shutil.copy(RECORDS / f"{request.param}.jsonl", tmp_path / run_folder.TIMELINE)
    return request.param, tmp_path


def found(folder: Path) -> list[dict[str, Any]]:
    body = json.loads((folder / run_folder.VERDICTS).read_text("utf-8"))
    written = WrittenVerdicts(folder / run_folder.VERDICTS)
    return [
        {
            "scenario": one["scenario"],
            "outages": [[round(each["least"], 6), each["most"] and round(each["most"], 6)] for each in one["outages"]],
            "verdicts": {each.label: each.status for each in verdicts.verdicts},
        }
        for one, verdicts in zip(body["scenarios"], written, strict=True)
    ]  # fmt: skip


def test_the_verdicts_are_as_ever(run: tuple[str, Path]) -> None:
    name, folder = run
    run_folder.recheck(folder)
    assert found(folder) == VERDICTS[name]


def test_both_forms_give_the_same_files(run: tuple[str, Path]) -> None:
    _, folder = run
    files = (run_folder.VERDICTS, run_folder.JUNIT, run_folder.REPORT)
    run_folder.recheck(folder)
    before = {name: (folder / name).read_bytes() for name in files}
    path = folder / run_folder.TIMELINE
    (stored_rows.compress if path.exists() else stored_rows.make_plain)(path)
    run_folder.recheck(folder)
    assert {name: (folder / name).read_bytes() for name in files} == before


def test_what_is_derived_once_is_what_is_derived_anew(run: tuple[str, Path]) -> None:
    _, folder = run
    for _, one in timeline_file.scan(folder / run_folder.TIMELINE):
        first = checks.judge(one)
        assert one.derived, "the record keeps what was found in it"
        assert checks.judge(one) == first
