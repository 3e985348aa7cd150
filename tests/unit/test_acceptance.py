"""What the acceptance test makes of a drill's records: FAIL is a failed test, what proves nothing is an error."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest

from cli import context
from drill import suite
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from drill.execute.injector import NotAvailable
from drill.record.header import Header
from drill.record.timeline import Timeline
from drill.report.result import ScenarioResult
from drill.scenarios.base import Scenario
from inventory.errors import LabError
from tests.support.example_lab import example_lab

DRILL = Path(__file__).parent.parent / "acceptance" / "test_drill.py"
CONFTEST = """
import pytest
from cli.context import Context

@pytest.fixture(scope="session")
def ha_lab():
    return Context()

@pytest.fixture(scope="session")
def context(ha_lab):
    return ha_lab
"""


class Context:
    """A lab of which only the description is there."""

    session = remote = guard = fetch = machines = None
    lab = example_lab()

    def __init__(self) -> None:
        self.root = self.home = Path.cwd()

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        yield


class Runner:
    """A drill whose records say what the test wants: for each scenario its statuses, one after the other."""

    path = Path("timeline.jsonl")

    def __init__(self, told: dict[str, list[str]]) -> None:
        self.told, self.ran = told, list[str]()

    def run(self, scenario: Scenario, seed: int, *, again: bool = False) -> ScenarioResult:
        assert again == (scenario.name in self.ran)
        self.ran.append(scenario.name)
        status = self.told[scenario.name].pop(0)
        if status == "not available":
            raise NotAvailable(f"{scenario.name}: there is no vmrun.")
        if status == "broken":
            raise LabError("the lab could not be healed", hint="./lab heal")
        header = Header(scenario=scenario.name, error="no way there" if status == "error" else "")
        judged = UNKNOWN if status == "error" else status
        return ScenarioResult(
            Timeline(header), (Verdict("recovered", judged, f"this is why it is {judged}"),)
        )


@pytest.fixture
def drilled(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> SimpleNamespace:
    """The acceptance test's outcome over records of these statuses."""
    runner = Runner(request.param)
    monkeypatch.setattr(context, "Context", Context)
    monkeypatch.setattr(suite, "runner", create_autospec(suite.runner, return_value=runner))
    monkeypatch.setattr(suite, "judged", lambda result: result)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_drill=DRILL.read_text())
    names = [f"test_drill.py::test_scenario[{name}]" for name in request.param]
    words = ("-p", "pytest_ha_lab.plugin", "-ra", "-Werror", "--junit-xml=junit.xml")
    outcome = pytester.runpytest_inprocess(*names, *words)
    return SimpleNamespace(outcome=outcome, ran=runner.ran, junit=Path("junit.xml").read_text())


def statuses(**told: list[str]) -> pytest.MarkDecorator:
    named = {name.replace("_", "-"): row for name, row in told.items()}
    return pytest.mark.parametrize("drilled", [named], indirect=True, ids=[", ".join(named)])


@statuses(freeze=[PASS], order=[FAIL], partition=["error"], cpu=["broken"])
def test_only_the_cluster_fails_a_test(drilled: SimpleNamespace) -> None:
    drilled.outcome.assert_outcomes(passed=1, failed=1, errors=2)
    told = drilled.outcome.stdout
    told.fnmatch_lines(["*ERROR at setup of test_scenario*partition*", "ha-lab: no way there"])
    told.fnmatch_lines(["*ERROR at setup of test_scenario*cpu*", "ha-lab: the lab could not be healed"])
    told.no_fnmatch_line("*LabError*")
    assert drilled.junit.count("<error ") == 2, "no other tool takes the lab's own failure for the cluster's"
    assert drilled.junit.count("<failure ") == 1
    told.fnmatch_lines(["*FAIL recovered: this is why it is FAIL"])
    assert drilled.ran == ["freeze", "order", "partition", "cpu"]


@statuses(freeze=[UNKNOWN, PASS], order=[UNKNOWN, FAIL], partition=[UNKNOWN, UNKNOWN])
def test_what_cannot_tell_is_made_once_more_and_says_so(drilled: SimpleNamespace) -> None:
    drilled.outcome.assert_outcomes(passed=1, failed=1, errors=1, warnings=3)
    drilled.outcome.stdout.fnmatch_lines(
        ["*freeze runs once more, because its first record could not be judged: UNKNOWN recovered*"]
    )
    assert '<property name="once_more" value="freeze runs once more' in drilled.junit
    assert drilled.ran == ["freeze", "freeze", "order", "order", "partition", "partition"]


@statuses(freeze=["not available"], order=[PASS])
def test_what_cannot_be_had_is_left_out_with_its_reason(drilled: SimpleNamespace) -> None:
    drilled.outcome.assert_outcomes(passed=1, skipped=1)
    drilled.outcome.stdout.fnmatch_lines(["SKIPPED*freeze: there is no vmrun."])
