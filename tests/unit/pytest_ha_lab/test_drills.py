"""The fixture drill on two nodes in memory: scenarios of a test's own, and what follows when a lab cannot be healed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drill import suite
from drill.execute import runner
from drill.execute.runner import Runner
from drill.faults import registry as faults
from drill.record import timeline_file
from drill.report import run_folder
from drill.scenarios.base import Inject
from inventory.errors import LabError
from inventory.journal import pending
from pytest_ha_lab import lab as labs
from pytest_ha_lab import own_scenario
from tests.support.example_lab import NODE1, example_lab
from tests.support.fake_context import fake_context
from tests.support.fake_drill import FakeDrill
from tests.support.fake_lab import CRACK

Run = Callable[[str], pytest.RunResult]
HEAD = """
from pytest_ha_lab.building_blocks import Await, Call, Check, Inject
"""


@pytest.fixture
def lab(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> FakeDrill:
    """Two nodes in memory; each fault cracks a node, and the other node takes over."""
    made = FakeDrill(pytester.mkdir("lab"))
    context = fake_context(made.session(), lambda: "", made.root)

    def made_runner(session: object, ssh: object, folder: Path, *rest: object, fetch: object) -> Runner:
        made.runner.path = folder / run_folder.TIMELINE
        return made.runner

    monkeypatch.setattr(faults, "get", lambda name: CRACK)
    monkeypatch.setattr(labs, "opened", lambda folder, number: context)
    monkeypatch.setattr(suite, "runner", made_runner)
    return made


@pytest.fixture
def run(lab: FakeDrill, pytester: pytest.Pytester) -> Run:
    def made(tests: str) -> pytest.RunResult:
        pytester.makepyfile(test_mine=HEAD + tests)
        words = (
            "-p",
            "pytest_ha_lab.plugin",
            "-p",
            "no:cacheprovider",
            "--show-capture=no",
            "-ra",
            "-Werror",
        )
        return pytester.runpytest_inprocess(*words)

    return made


def records(lab: FakeDrill) -> list[str]:
    [folder] = (lab.root / "runs").iterdir()
    assert (folder / run_folder.REPORT).is_file()
    return [one.scenario for one in timeline_file.read_all(folder / run_folder.TIMELINE)]


def test_moves_of_a_test_are_a_scenario_with_its_name(run: Run, lab: FakeDrill) -> None:
    done = run("""
def test_my_shop(drill):
    result = drill(Inject("crack"), Await("serving_from:peer"), checks=["one_owner"])
    assert result.longest.most < 5
    assert [one.check for one in result.verdicts][:2] == ["one_owner", "came_about"]

def test_my_shop_again(drill):
    drill(Inject("crack"), Await("serving"), checks=())
""")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["ha-lab: report: *report.html"])
    assert records(lab) == ["my-shop", "my-shop-again"]
    assert lab.cracked == {}, "healed after each test"
    assert pending(lab.root) == ()


def test_a_failed_check_teaches(run: Run, lab: FakeDrill) -> None:
    lab.takes_over = False
    done = run("""
def test_my_shop(drill):
    drill(Inject("crack"), Await("serving_from:peer"), checks=())
""")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        ["E*AssertionError: The scenario my-shop", "*FAIL came_about: expected*", "*concept:*", "*look:*"]
    )
    done.stdout.no_fnmatch_line("*pytest_ha_lab/drill.py*")


def test_a_test_can_judge_by_itself(run: Run, lab: FakeDrill) -> None:
    lab.takes_over = False
    done = run("""
def test_my_shop(drill):
    result = drill.record(Inject("crack"), Await("serving_from:peer"), checks=())
    assert result.status == "FAIL"
""")
    done.assert_outcomes(passed=1)


def test_code_of_the_test_runs_while_the_fault_is_in_effect(run: Run, lab: FakeDrill) -> None:
    done = run("""
def wrong():
    raise AssertionError("no order was taken")

def test_orders(drill):
    called = []
    drill(Inject("crack"), Call(lambda: called.append("here")), Await("serving"), checks=())
    assert called == ["here"]

def test_no_order(drill):
    drill(Inject("crack"), Call(wrong), Await("serving"))
""")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["E*AssertionError: no order was taken"])
    assert lab.cracked == {}, "healed also after an error of the test's own code"


def test_after_a_lab_that_cannot_be_healed_each_test_is_an_error_with_the_first_cause(
    run: Run, lab: FakeDrill, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hopeless:
        def __init__(self, *args: object, **more: object) -> None:
            pass

        def heal(self) -> tuple[str, ...]:
            raise LabError("node1 is beyond repair", hint="./lab heal")

    monkeypatch.setattr(runner, "Recovery", Hopeless)
    lab.hopeless = {"repaired the crack"}
    done = run("""
def test_first(drill):
    drill(Inject("crack"), Await("serving"), checks=())

def test_second(drill):
    drill(Inject("crack"), Await("serving"), checks=())

def test_of_something_else():
    pass
""")
    done.assert_outcomes(passed=1, errors=2)
    done.stdout.fnmatch_lines(
        [
            "*ERROR at setup of test_first*",
            "ha-lab: node1 is beyond repair",
            "*ERROR at setup of test_second*",
            "ha-lab: not run: the lab could not be healed. First cause: node1 is beyond repair",
        ]
    )
    assert NODE1 in lab.cracked


def test_what_cannot_be_had_is_skipped(run: Run, lab: FakeDrill) -> None:
    done = run("""
def test_frozen(drill):
    drill("fenced-freeze")
""")
    done.assert_outcomes(skipped=1)
    done.stdout.fnmatch_lines(["SKIPPED*fenced-freeze: it needs a lab with fencing*"])
    assert not (lab.root / "runs").exists() or not any((lab.root / "runs").iterdir())


@pytest.mark.parametrize(
    ("test", "name"),
    [
        ("test_my_shop", "my-shop"),
        ("test_My shop[a-1]", "my-shop-a-1"),
        ("test_", "test"),
        ("test_web_kill", "own-web-kill"),
    ],
)
def test_the_name_of_a_test_is_that_of_its_scenario(test: str, name: str) -> None:
    made = own_scenario.scenario([Inject("web-kill")], test, example_lab(), None)
    assert made.name == name
    assert {"one_owner", "page_names_owner", "colocated", "recovered"} <= {row.id for row in made.checks}
