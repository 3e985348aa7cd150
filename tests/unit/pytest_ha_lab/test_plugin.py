"""The plugin in a folder of somebody else's: each mistake is one clear message, and no run is disturbed by it."""

from __future__ import annotations

import re

import pytest

from cli.context import Context
from inventory.providers.adopted_machines import AdoptedMachines
from inventory.remote.ssh import Ssh
from tests.support.adopted_cluster import AdoptedNodes
from tests.support.attempts import begun
from tests.support.example_lab import CASES
from tests.unit.inventory.config.test_adopted import TEXT

ROOT = CASES.parent.parent
PLUGIN = ("-p", "pytest_ha_lab.plugin", "-p", "no:cacheprovider", "-ra")
DRILL = 'def test_crash(drill):\n    drill("corosync-kill")\n'


@pytest.fixture(autouse=True)
def _first_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB", raising=False)


@pytest.fixture
def adopted(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> AdoptedNodes:
    """A folder with the lab.yaml of an adopted cluster; its nodes answer, and nobody has agreed to break it."""
    there = AdoptedNodes()
    monkeypatch.setattr(Ssh, "run", lambda self, command: there.run(command))
    (pytester.path / "ssh_config").write_text("Host a b\n")
    (pytester.path / "lab.yaml").write_text(TEXT.replace("/home/me/ssh_config", "ssh_config"))
    machines = Context(pytester.path).machines
    assert isinstance(machines, AdoptedMachines)
    machines.record("by tun0, directly")
    return there


def errors(pytester: pytest.Pytester, *words: str, tests: str = DRILL, count: int = 1) -> str:
    """The output of a run in which each test is an error with one message, and no traceback."""
    pytester.makepyfile(test_mine=tests)
    done = pytester.runpytest_inprocess(*PLUGIN, "--show-capture=no", *words)
    done.assert_outcomes(errors=count)
    said = str(done.stdout)
    assert "Traceback" not in said
    assert not re.search(r"\.py:\d", said), "no line of a program"
    return said


def test_without_a_lab_yaml(pytester: pytest.Pytester) -> None:
    said = errors(pytester)
    assert f"ha-lab: There is no lab.yaml in {pytester.path}" in said
    assert "pytest --ha-lab FOLDER, or ha_lab = FOLDER in pytest.ini" in said


def test_each_test_has_the_message(pytester: pytest.Pytester) -> None:
    said = errors(pytester, tests=DRILL + DRILL.replace("crash", "other"), count=2)
    assert said.count("\nha-lab: There is no lab.yaml") == 2


def test_a_bad_lab_yaml(pytester: pytest.Pytester) -> None:
    text = (ROOT / "lab.yaml").read_text().replace("token_ms: 3000", "token_ms: soon")
    (pytester.mkdir("lab") / "lab.yaml").write_text(text)
    said = errors(pytester, "--ha-lab", "lab")
    assert "token_ms" in said
    assert "soon" in said


def test_a_lab_that_is_not_up(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nha_lab = there\n")
    (pytester.mkdir("there") / "lab.yaml").write_text((ROOT / "lab.yaml").read_text())
    said = errors(pytester)
    assert "No machine for node1.magedu.com, node2.magedu.com" in said
    assert "-> ./lab up" in said


def test_a_number_that_no_lab_has(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB", "none")
    assert "--lab (or LAB): found 'none'" in errors(pytester)


def test_a_node_that_does_not_answer(pytester: pytest.Pytester, adopted: AdoptedNodes) -> None:
    adopted.errors = {"beta.shop.lan": "No route to host"}
    assert "No answer over ssh: beta.shop.lan" in errors(pytester)


def test_what_an_exercise_broke_is_not_judged(pytester: pytest.Pytester, adopted: AdoptedNodes) -> None:
    begun(pytester.path, "no-order")
    assert "ha-lab: An exercise is under way.\n  -> ./lab grade" in errors(pytester)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ('"corosync-kil"', "there is no scenario 'corosync-kil'\n  -> one of: "),
        ('Inject("web-kil")', "there is no fault 'web-kil'\n  -> one of: "),
        ('Inject("web-kill", "everybody")', "there is no target 'everybody'\n  -> one of: active, "),
        ('Inject("web-kill"), Await("server")', "there is no condition 'server'\n  -> one of: serving, "),
        ('Inject("web-kill"), Await("serving_from")', "write serving_from:ROLE"),
        ('Inject("web-kill"), checks=["fast"]', "there is no check 'fast'\n  -> one of: "),
        ('"web-kill", checks=["no_outage"]', "The scenario web-kill has its own checks."),
        ('"web-kill", Await("serving")', "drill(...) got 'web-kill' among its moves."),
        ("", "drill(...) got 'nothing' among its moves."),
    ],
)
def test_an_unknown_word(pytester: pytest.Pytester, adopted: AdoptedNodes, words: str, says: str) -> None:
    before = len(adopted.commands)
    said = errors(
        pytester,
        tests="from pytest_ha_lab.building_blocks import Await, Inject\n"
        f"def test_crash(drill):\n    drill({words})\n",
    )
    assert says in said
    assert {one.line for one in adopted.commands[before:]} == {"true"}, (
        "the nodes were only asked who answers"
    )


def test_an_adopted_cluster_needs_its_owners_consent(
    pytester: pytest.Pytester, adopted: AdoptedNodes
) -> None:
    said = errors(pytester)
    assert "ha-lab: A drill breaks the cluster of alpha, beta.shop.lan" in said
    assert "or pytest --i-own-this-cluster" in said
    assert {one.line for one in adopted.commands} == {"true"}
    pytester.makepyfile(test_mine=DRILL)
    done = pytester.runpytest_inprocess(*PLUGIN, "--i-own-this-cluster")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*On the cluster of alpha, beta.shop.lan, this drill will do:*"])
    done.stdout.no_fnmatch_line("*A drill breaks the cluster of*")
    Context(pytester.path).machines.require_consent()


def test_other_failures_stay_failures(pytester: pytest.Pytester, adopted: AdoptedNodes) -> None:
    pytester.makepyfile(
        test_mine="""
from inventory.errors import LabError

def test_wrong(drill):
    assert drill is None

def test_raises(ha_lab):
    raise LabError("the test's own")
"""
    )
    done = pytester.runpytest_inprocess(*PLUGIN)
    done.assert_outcomes(failed=2)


def test_a_run_that_does_not_use_it_is_not_disturbed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import sys

def test_alone():
    heavy = {"cli", "drill", "inventory", "cluster", "status", "classroom", "requests", "yaml", "typer"}
    assert heavy.isdisjoint(name.partition(".")[0] for name in sys.modules)
"""
    )
    done = pytester.runpytest_subprocess(*PLUGIN)
    done.assert_outcomes(passed=1)


def test_nothing_is_left_in_the_folder(pytester: pytest.Pytester) -> None:
    errors(pytester)
    assert {path.name for path in pytester.path.iterdir()} - {"__pycache__"} == {"test_mine.py"}
