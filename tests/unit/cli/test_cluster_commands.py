"""The commands that read and change a running cluster, as a user types them, on nodes in memory."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import cluster, main
from cli.console import Output
from drill.scenarios.catalog import SCENARIOS
from inventory.errors import ConfigError
from inventory.model import Command, Result
from inventory.session import LabSession
from provision.facts import gather
from provision.plan import plan
from provision.steps.registry import STEPS, find
from status.trouble import Trouble
from status.web_page import Fetch
from tests.support.attempts import begun
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_context import fake_context
from tests.support.fake_machines import FakeMachines
from tests.support.fake_session import fake_session
from tests.support.health_cases import PAGE, ROWS, HealthCase


@dataclass
class Looking:
    """Two nodes in memory that also answer what `walk` shows after a step."""

    nodes: FakeCluster

    def run(self, command: Command) -> Result:
        if command.why == "look":
            return Result(command, 0, "what one sees\n", "")
        return self.nodes.run(command)


class Lab:
    """Types commands of the CLI at a session in memory."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
        self.monkeypatch, self.root = monkeypatch, root

    def use(self, session: LabSession, fetch: Fetch) -> None:
        self.monkeypatch.setattr(
            main, "Context", lambda root, number: fake_context(session, fetch, self.root)
        )

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Exit status, stdout, stderr."""
        done = CliRunner().invoke(main.app, ["--root", str(self.root), *words])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Lab:
    return Lab(monkeypatch, tmp_path)


@pytest.fixture
def fresh(lab: Lab, tmp_path: Path) -> FakeCluster:
    """Two fresh nodes on which nothing was built."""
    nodes = FakeCluster(fake_session("debian12", root=tmp_path))
    lab.use(replace(nodes.session, remote=Looking(nodes)), lambda: PAGE)
    return nodes


def planned(lab: Lab) -> list[str]:
    """The ids of the steps that are still to do."""
    status, said, _ = lab("plan", "--json")
    data = json.loads(said)
    assert status == 0
    assert data["empty"] is (data["steps"] == [])
    return [step["id"] for step in data["steps"]]


def test_plan_tells_each_step_with_its_commands_and_does_nothing(lab: Lab, fresh: FakeCluster) -> None:
    wanted = plan(fresh.session, gather(fresh.session)).steps
    said = lab("plan")[1]
    for one in wanted:
        assert f"{one.step.number} {one.step.id}\n" in said
        for command in one.commands:
            [first, *_] = command.line.splitlines()
            alias = command.node.partition(".")[0]
            assert f"  {alias}: {command.why}\n      $ {first}" in said
    assert planned(lab) == [one.step.id for one in wanted]
    assert fresh.ran == [], "a plan changes nothing"


def test_provision_goes_up_to_a_step_and_then_to_the_end(lab: Lab, fresh: FakeCluster) -> None:
    status, _, told = lab("provision", "--to", "6.1")
    assert status == 0
    shown = [line for line in told.splitlines() if re.match(r"\S+ \S+: node\d: ", line)]
    assert f"Done: {len(shown)} commands.\n" in told
    assert len(fresh.ran) == len(shown) - 1, "steps 4 and 6.1 have one command each, and are one change"
    assert [line.split()[1] for line in told.splitlines() if line.startswith("6.1")] == ["floating-address:"]
    left = [step.id for step in STEPS[[step.id for step in STEPS].index("floating-address") + 1 :]]
    assert planned(lab) == [id_ for id_ in left if id_ in planned(lab)], "only later steps are left"
    assert planned(lab)[0] == "no-quorum-policy"
    assert lab("provision")[0] == 0
    assert planned(lab) == []
    assert lab("plan")[1] == "Nothing to do: the nodes are as lab.yaml says.\n"
    assert lab("provision")[2].endswith("Nothing to do: the nodes are as lab.yaml says.\n")
    with pytest.raises(ConfigError, match="no step '9'"):
        lab("provision", "--to", "9")


def test_provision_by_vagrant_waits_for_the_last_node(lab: Lab, fresh: FakeCluster) -> None:
    machines = fresh.session.machines
    assert isinstance(machines, FakeMachines)
    machines.on[NODE2] = False
    assert lab("provision", "--when-all-up")[2] == f"The cluster is built once {NODE2} runs too.\n"
    assert fresh.ran == []


def test_reset_goes_back_to_a_step(lab: Lab, fresh: FakeCluster) -> None:
    lab("provision")
    status, _, told = lab("reset", "6.1")
    assert status == 0
    assert told.endswith(" commands.\n")
    assert "location" in planned(lab)
    assert lab("reset", "6.1")[2].endswith("Nothing to do.\n")


@pytest.mark.parametrize(
    ("number", "step"),
    [
        ("6.2", "floating-address"),
        ("6.4", "no-quorum-policy"),
        ("7.2", "location"),
        ("6", "stickiness"),
        ("3.5", "leftovers"),
    ],
)
def test_a_number_of_the_document_is_the_state_after_it(number: str, step: str) -> None:
    assert find(number).id == step


def test_every_step_of_a_scenario_is_one_that_reset_takes() -> None:
    assert [one.step for one in SCENARIOS.values() if one.step and not find(one.step)] == []


def test_a_reset_that_ends_unwell_says_so_in_its_status(
    lab: Lab, fresh: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab("provision")
    for found, status in (((Trouble("no-page", "it does not answer"),), 1), ((), 0)):
        monkeypatch.setattr(cluster, "look", lambda context, seen=found: SimpleNamespace(found=seen))
        done, _, told = lab("reset")
        assert done == status
        assert ("trouble: it does not answer" in told) is bool(found)


def test_prose_is_wrapped_between_words_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    text = "a sentence that is longer than twenty columns"
    for terminal in (True, False):
        monkeypatch.setattr(Output, "is_terminal", terminal)
        prose = Output(prose=True)
        with prose.capture() as said:
            prose.print(text)
        lines = said.get().splitlines()
        assert " ".join(line.strip() for line in lines) == text
        assert (len(lines) > 1) is terminal
        assert all(len(line) <= 20 for line in lines) is terminal


def test_walk_shows_reason_commands_and_what_to_see(lab: Lab, fresh: FakeCluster) -> None:
    lab("provision", "--to", "3")
    status, said, _ = lab("walk", "--yes", "--from", "3", "--to", "5")
    assert status == 0
    tour = [line.split("  ")[0] for line in said.splitlines() if line[:1].isdigit()]
    assert tour == ["3", "3.4", "4", "5"]
    assert "  (already done)\n" in said.partition("\n3.4")[0], "step 3 was done before"
    assert "  [root@node1]# pcs property set stonith-enabled=false" in said
    assert "  | what one sees\n" in said
    assert said.count("To see: ") == len(tour)
    assert planned(lab)[0] == "floating-address"


def well(lab: Lab, tmp_path: Path) -> Any:
    """A healthy lab: the first case of the health cases."""
    case = HealthCase(ROWS[0], tmp_path)
    assert case.says == []
    return case.session()


def test_status_shows_a_healthy_lab(lab: Lab, tmp_path: Path) -> None:
    with well(lab, tmp_path) as session:
        lab.use(session, lambda: PAGE)
        status, said, _ = lab("status")
        assert status == 0
        rows = [line.split() for line in said.splitlines()]
        assert rows[1][:2] == ["node", "address"]
        assert (rows[2][0], rows[3][0]) == (NODE1, NODE2)
        assert said.splitlines()[-1] == f"http://172.16.100.11/  {PAGE}"
        data = json.loads(lab("status", "--json")[1])
        assert (data["healthy"], data["page"]) == (True, PAGE)


def test_status_exits_with_1_when_something_is_wrong(lab: Lab, tmp_path: Path) -> None:
    with well(lab, tmp_path) as session:
        lab.use(session, lambda: "")
        status, said, _ = lab("status")
        assert status == 1
        assert "trouble: http://172.16.100.11/ does not answer" in said


def test_check_judges_by_every_named_check(lab: Lab, tmp_path: Path) -> None:
    with well(lab, tmp_path) as session:
        lab.use(session, lambda: PAGE)
        status, said, _ = lab("check")
        verdicts = json.loads(lab("check", "--json")[1])
    assert status == 0
    assert {one["status"] for one in verdicts} == {"PASS"}
    assert said.splitlines()[-1] == f"{len(verdicts)} PASS"
    assert [line.split()[1].rstrip(":") for line in said.splitlines()[:-1]] == [
        one["check"] for one in verdicts
    ]


def test_hints_come_one_by_one_and_a_solved_exercise_ends(lab: Lab, tmp_path: Path) -> None:
    begun(tmp_path, "no-order")
    with well(lab, tmp_path) as session:
        lab.use(session, lambda: PAGE)
        first, second = lab("hint")[1], lab("hint")[1]
        assert first.splitlines()[0] == "This hint costs 1 of 10 points."
        assert second.splitlines()[0] == "This hint costs 2 of 10 points."
        assert first.splitlines()[1] in second, "earlier hints are repeated"
        assert "\n2 of " in second
        for _ in range(5):
            last = lab("hint")[1]
        assert "There is no further hint." in last
        status, said, _ = lab("grade")
        assert status == 0
        assert any(line.startswith("Solved, with ") for line in said.splitlines()), said
        with pytest.raises(ConfigError, match="The exercise is solved"):
            lab("hint")
