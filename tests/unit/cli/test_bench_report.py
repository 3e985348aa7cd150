"""`./lab bench report`: what it makes and measures; the commands themselves are not run here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from drill.record import timeline_file
from drill.report import run_folder
from inventory.errors import LabError
from inventory.host import command
from tests.support.example_lab import CASES

ROOT = CASES.parent.parent
RUN = ROOT / "docs" / "results" / "report"


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], int]]:
    """The commands that the benchmark runs, each with the number of records in its run at that time."""
    found: list[tuple[list[str], int]] = []

    def attached(argv: Sequence[str], folder: Path, *, to_stderr: bool = False) -> int:
        assert to_stderr, "stdout has the result alone"
        words = list(argv)[list(argv).index("--root") + 2 :]
        records = sum(1 for _ in timeline_file.scan(Path(words[1]) / run_folder.TIMELINE))
        found.append((words[:1], records))
        return 1 if words[0] == "recheck" else 0

    monkeypatch.setattr(command, "attached", attached)
    return found


def bench(root: Path, *words: str) -> Any:
    shutil.copy(ROOT / "lab.yaml", root)
    done = CliRunner().invoke(app, ["--root", str(root), "bench", "report", *words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_three_commands_are_measured_over_records_made_of_a_run(
    tmp_path: Path, commands: list[tuple[list[str], int]]
) -> None:
    found = bench(tmp_path, "--records", "12", "--run", str(RUN))
    assert commands == [(["recheck"], 12), (["report"], 12), (["compare"], 12)]
    assert found["records"] == 12
    assert found["raw"] > 5 * found["sizes"]["timeline.jsonl.gz"]
    for name in ("recheck", "report", "compare"):
        assert set(found[name]) == {"seconds", "processor_seconds", "memory_mb", "records_a_second"}


def test_without_a_run_there_is_one_message(tmp_path: Path, commands: list[tuple[list[str], int]]) -> None:
    with pytest.raises(LabError, match="cannot be read"):
        bench(tmp_path, "--records", "2")
    assert commands == []
