"""`./lab status`, heal and check say the same of the same lab: each case of tests/cases/health."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from classroom.checks import CHECKS, judge
from classroom.snapshot import look as snapshot_of
from cli import overview, render
from cli.context import Context
from drill.checks.verdict import PASS
from drill.execute.recovery import Recovery
from inventory.model import Lab
from inventory.session import LabSession
from status.web_page import Fetch
from tests.support.health_cases import ROWS, HealthCase
from tests.support.node_readings import LAB

EVERYONES = [row for row in ROWS if "wanted" not in row]
DRILLS = ("drill-interrupted", "drill-at-work")
each_case = pytest.mark.parametrize("row", EVERYONES, ids=lambda row: row["case"])


@dataclass
class FakeContext:
    """What a command of the CLI works on, around a session in memory."""

    session: LabSession
    fetch: Fetch
    root: Path

    @property
    def lab(self) -> Lab:
        return self.session.lab

    @property
    def machines(self) -> Any:
        self.session.machines.state = self.root / ".lab"  # type: ignore[attr-defined]
        return self.session.machines


def seen(case: HealthCase, session: LabSession) -> overview.Overview:
    return overview.look(cast(Context, FakeContext(session, case.fetch, case.root)))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("status.lab_status.AT_WORK_S", 0.0)


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


@each_case
def test_check_says_it(row: dict[str, Any], tmp_path: Path) -> None:
    case = HealthCase(row, tmp_path)
    with case.session() as session:
        verdicts = judge(session, snapshot_of(session, case.fetch))
    assert [one.check for one in verdicts] == [check.name for check in CHECKS]
    # A login is asked for on the node itself, so a node that does not answer fails that check in any case.
    failed = [one for one in verdicts if one.status != PASS and one.check != "logins"]
    for _, line in case.says:
        tellers = [one.check for one in failed if line in (one.why.partition("seen: ")[2], *one.evidence)]
        refused = [one.check for one in failed if line in one.why]
        assert len(tellers or refused) == 1, f"{line!r} is told by {tellers or refused}, not by one check"
    told = sum(1 + len(one.evidence) for one in failed)
    assert told == len(case.says), [one.text for one in failed]


def test_no_connection_is_made_while_no_machine_runs(tmp_path: Path) -> None:
    [row] = [row for row in ROWS if row["case"] == "all machines are off"]
    case = HealthCase(row, tmp_path)
    with case.session() as session:
        context = FakeContext(session, case.fetch, tmp_path)
        machines = context.machines

        class Halted(FakeContext):
            """Without a running machine there is no way to the nodes."""

            session = property()  # type: ignore[assignment]
            lab, machines = LAB, property(lambda self: machines)  # type: ignore[assignment]

            def __init__(self) -> None:
                self.fetch, self.root = case.fetch, tmp_path

        found = overview.look(cast(Context, Halted()))
    assert [one.machine for one in found.nodes] == ["off", "off"]
    assert found.dc is None
