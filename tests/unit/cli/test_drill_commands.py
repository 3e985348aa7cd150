"""The drill's commands that need no lab, as a user types them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from cli.main import app
from drill.record import timeline_file
from drill.report import run_folder
from drill.scenarios.catalog import SCENARIOS
from inventory.errors import ConfigError, LabError
from tests.support import sample_timelines
from tests.support.attempts import begun
from tests.support.example_lab import CASES
from tests.support.timeline_notation import timeline

ROOT = CASES.parent.parent
CASE = {"check": "recovered", "kind": "good", "why": "", "from": "failover"}


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A lab's folder in which nothing was made yet, and two runs."""
    shutil.copy(ROOT / "lab.yaml", tmp_path)
    for name, probe in (
        ("good", "node1 0-10, refused 10-11.5, node2 11.5-40"),
        ("bad", "node1 0-10, refused 10-40"),
    ):
        folder = tmp_path / "runs" / name
        timeline_file.append(folder / run_folder.TIMELINE, timeline({**CASE, "probe": probe}))
        run_folder.recheck(folder)
    return tmp_path


def typed(lab: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--root", str(lab), *words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_the_list_has_every_scenario(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    status, said = typed(lab, "drill", "--list")
    assert status == 0
    assert [line.split()[0] for line in said.splitlines()[1:]] == list(SCENARIOS), (
        "no terminal reads this list, so each scenario has one line with its whole name"
    )


def test_mistakes_are_told_before_anything_is_done(lab: Path) -> None:
    with pytest.raises(ConfigError, match="no scenario 'quorum'"):
        typed(lab, "drill", "quorum")
    with pytest.raises(ConfigError, match="not an objective"):
        typed(lab, "drill", "nothing", "--objective", "fast")
    with pytest.raises(LabError, match="no lab in this folder"):
        typed(lab, "drill", "nothing")
    assert sorted(path.name for path in (lab / "runs").iterdir()) == ["bad", "good"]


@pytest.mark.parametrize("words", [("drill", "nothing"), ("heal",)], ids=lambda words: words[0])
def test_what_an_exercise_broke_is_neither_judged_nor_healed(lab: Path, words: tuple[str, ...]) -> None:
    (lab / ".lab").mkdir()
    choice = {
        "provider": "docker",
        "platform": "debian12",
        "network": "n",
        "interface": "i",
        "vagrant": {},
    }
    (lab / ".lab" / "machines.yaml").write_text(yaml.safe_dump(choice))
    begun(lab, "no-order")
    with pytest.raises(ConfigError, match="An exercise is under way") as caught:
        typed(lab, *words)
    assert "./lab fix to give up" in caught.value.hint
    assert typed(lab, "drill", "--list")[0] == 0


def test_a_run_of_nothing_says_so(lab: Path) -> None:
    (lab / "runs" / "bad" / run_folder.TIMELINE).write_text("")
    status, said = typed(lab, "recheck", str(lab / "runs" / "bad"))
    assert (status, said.splitlines()[-1]) == (1, "UNKNOWN: nothing was recorded")
    assert "verdicts.json still has the verdicts of the complete record" in said


def test_recheck_of_a_drill_that_failed_itself_needs_no_lab(lab: Path) -> None:
    file = lab / "runs" / "bad" / run_folder.TIMELINE
    file.unlink()
    timeline_file.append(file, timeline({**CASE, "header": {"error": "ssh to node1 was lost"}}))
    status, said = typed(lab, "recheck", str(lab / "runs" / "bad"))
    assert status == 1
    assert "the drill itself failed: ssh to node1 was lost" in said
    assert "heal" not in said


def test_recheck_judges_again(lab: Path) -> None:
    (lab / "runs" / "good" / run_folder.VERDICTS).unlink()
    status, said = typed(lab, "recheck", str(lab / "runs" / "good"))
    assert (status, said.split()[0], said.splitlines()[-1]) == (0, "PASS", "1 PASS")
    assert (lab / "runs" / "good" / run_folder.VERDICTS).exists()
    status, said = typed(lab, "recheck", str(lab / "runs" / "bad"))
    assert status == 1
    assert "not over at the last request" in said
    assert "concept: " in said


def test_report_is_drawn_again(lab: Path) -> None:
    page = lab / "runs" / "good" / run_folder.REPORT
    page.unlink()
    status, said = typed(lab, "report", str(lab / "runs" / "good"))
    assert (status, said.strip()) == (0, str(page))
    assert page.exists()


def test_runs_stand_side_by_side(lab: Path) -> None:
    status, said = typed(lab, "compare", str(lab / "runs" / "good"), str(lab / "runs" / "bad"))
    assert status == 0
    assert ["failover", "A", "1"] in [line.split()[:3] for line in said.splitlines()]


def test_each_client_is_told_in_the_terminal(lab: Path) -> None:
    folder = lab / "runs" / "all"
    plain = sample_timelines.seen_by_all()
    timeline_file.append(folder / run_folder.TIMELINE, plain)
    header = replace(plain.header, clients={"connecting": "", "routed": "only root can"})
    samples = tuple(one for one in plain.samples if one.client != "routed")
    timeline_file.append(folder / run_folder.TIMELINE, replace(plain, header=header, samples=samples))
    said = typed(lab, "recheck", str(folder))[1]
    first, second = [line for line in said.splitlines() if "other clients:" in line]
    assert (
        "connecting 10.80 to 11.00 s (35 waited: median 7.00 s, longest 7.00 s), behind a router 7." in first
    )
    assert second.endswith("behind a router not measured: only root can")
