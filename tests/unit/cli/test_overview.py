"""`./lab status`, heal and check say the same of the same lab: each case of tests/cases/health."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import typer
from rich.console import Console

from classroom.checks import CHECKS, judge
from classroom.snapshot import look as snapshot_of
from cli import exercises, overview, pending, render
from cli.context import Context
from drill.checks.verdict import FAIL, PASS
from drill.execute.recovery import Recovery
from inventory import journal
from inventory.errors import ConfigError, MachineError
from inventory.session import LabSession
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_context import fake_context
from tests.support.fake_machines import FakeMachines
from tests.support.fake_session import fake_clock
from tests.support.health_cases import ROWS, HealthCase
from tests.support.node_readings import LAB

EVERYONES = [row for row in ROWS if "wanted" not in row]
DRILLS = ("drill-interrupted", "drill-at-work")
each_case = pytest.mark.parametrize("row", EVERYONES, ids=lambda row: row["case"])


def seen(case: HealthCase, session: LabSession) -> overview.Overview:
    return overview.look(fake_context(session, case.fetch, case.root))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("status.lab_status.REST_WAIT_S", 0.0)


@each_case
def test_status_says_it(row: dict[str, Any], tmp_path: Path) -> None:
    case = HealthCase(row, tmp_path)
    with case.session() as session:
        found = seen(case, session)
    assert [(one.id, str(one)) for one in found.found] == case.says
    data = found.json()
    assert data["healthy"] is (case.says == [])
    assert list(data["troubles"]) == [line for _, line in case.says]
    printed = io.StringIO()
    Console(file=printed, width=500).print(render.overview(found))
    text = printed.getvalue()
    assert all(f"trouble: {line}" in text for _, line in case.says)
    assert "\x1b" not in text, "a page or a node cannot write to the terminal"


@each_case
def test_heal_says_it(row: dict[str, Any], tmp_path: Path) -> None:
    case = HealthCase(row, tmp_path)
    with case.session() as session:
        recovery = Recovery(session, fetch=case.fetch)
        found = [(one.id, str(one)) for one in recovery.troubles(recovery.look())]
    assert found == [(id_, line) for id_, line in case.says if id_ not in DRILLS], (
        "a heal works its journal off"
    )


@pytest.mark.parametrize(
    "row",
    [row for row in EVERYONES if not {"bmc", "witness", "database"} & {*row, *row.get("cluster", {})}],
    ids=lambda row: row["case"],
)  # the checks of the class are about the document's cluster
def test_check_says_it(row: dict[str, Any], tmp_path: Path) -> None:
    case = HealthCase(row, tmp_path)
    with case.session() as session:
        verdicts = judge(session, snapshot_of(session, case.fetch))
    assert [one.check for one in verdicts] == [check.name for check in CHECKS if check.applies(LAB)]
    # A login is asked for on the node itself, so a node that does not answer fails that check in any case.
    failed = [one for one in verdicts if one.status != PASS and one.check != "logins"]
    for _, line in case.says:
        tellers = [one.check for one in failed if line in (one.why.partition("seen: ")[2], *one.evidence)]
        refused = [one.check for one in failed if line in one.why]
        assert len(tellers or refused) == 1, f"{line!r} is told by {tellers or refused}, not by one check"
    lines = [line for _, line in case.says]
    # A check that cannot tell for want of a cluster, or of a resource, tells no trouble.
    telling = [one for one in failed if one.status == FAIL or any(line in one.why for line in lines)]
    assert sum(1 + len(one.evidence) for one in telling) == len(lines), [one.why for one in telling]


def test_no_connection_is_made_while_no_machine_runs(tmp_path: Path) -> None:
    [row] = [row for row in ROWS if row["case"] == "all machines are off"]
    case = HealthCase(row, tmp_path)

    @dataclass
    class Halted:
        """Without a running machine there is no way to the nodes."""

        lab, fetch, home, machines = LAB, staticmethod(case.fetch), tmp_path, FakeMachines()
        clock = fake_clock()

        @property
        def session(self) -> LabSession:
            raise MachineError("vagrant has no ssh configuration of a machine that is off")

    Halted.machines.on = {NODE1: False, NODE2: False}
    Halted.machines.state = tmp_path  # type: ignore[attr-defined]
    found = overview.look(cast(Context, Halted()))
    assert [one.machine for one in found.nodes] == ["off", "off"]
    assert [(one.id, str(one)) for one in found.found] == case.says


@pytest.mark.parametrize(
    ("case", "hint"), [("a drill was interrupted", "./lab heal"), ("maintenance mode", "./lab reset")]
)
def test_break_says_it(case: str, hint: str, tmp_path: Path) -> None:
    [row] = [row for row in ROWS if row["case"] == case]
    lab = HealthCase(row, tmp_path)
    with lab.session() as session:
        context = cast(typer.Context, SimpleNamespace(obj=fake_context(session, lab.fetch, tmp_path)))
        with pytest.raises(ConfigError, match=re.escape(lab.says[0][1])) as caught:
            exercises.break_(context, "no-order")
    assert hint in caught.value.hint
    assert not (tmp_path / ".lab" / "exercise.json").exists(), "nothing was begun"


@pytest.mark.parametrize(
    "command", ["walk", "test", "provision", "halt", "plan", "grade", "fix", "up", "ssh"]
)
def test_a_command_tells_of_an_interrupted_drill(command: str, tmp_path: Path) -> None:
    [row] = [row for row in ROWS if row["case"] == "a drill was interrupted"]
    case = HealthCase(row, tmp_path)
    said = io.StringIO()
    errors = Console(file=said, width=500)
    with case.session() as session:
        pending.warn(fake_context(session, case.fetch, tmp_path), command, errors)
        assert said.getvalue() == f"trouble: {case.says[0][1]}\n"
        for other in ("status", "heal", "recheck", "down"):
            pending.warn(fake_context(session, case.fetch, tmp_path), other, errors)
        with journal.exclusive(tmp_path):
            pending.warn(fake_context(session, case.fetch, tmp_path), command, errors)
    whole = HealthCase(ROWS[0], tmp_path / "whole")
    with whole.session() as session:
        pending.warn(fake_context(session, whole.fetch, whole.root), command, errors)
    assert said.getvalue().count("\n") == 1, "told once, and not while the drill runs or without a drill"


def test_scores_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    [row] = [row for row in ROWS if not row["says"]][:1]
    case = HealthCase(row, tmp_path)
    with case.session() as session:
        found = seen(case, session)
    assert any(found.resources.values())
    printed = io.StringIO()
    Console(file=printed, width=500).print(render.overview(replace(found, scores=())))
    assert "no scores: crm_simulate -sL printed none that can be read" in printed.getvalue()
