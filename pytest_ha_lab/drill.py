"""The fixture `drill`: a test breaks the cluster, and its assertions are the verdicts of the drill's checks."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from drill.checks.verdict import UNKNOWN
from drill.execute.injector import NotAvailable
from drill.record.header import CheckRow
from drill.report.result import ScenarioResult
from drill.scenarios.base import Move, Scenario
from inventory.errors import LabError
from pytest_ha_lab import own_scenario
from pytest_ha_lab.outcome import NoVerdict, doubts, failures
from pytest_ha_lab.run import DrillRun


@dataclass(frozen=True)
class Drill:
    """Breaks the cluster for one test. The cluster is healthy again, and configured as before, when a call returns."""

    all_drills: DrillRun
    test: pytest.Item

    def __call__(
        self, *what: str | Scenario | Move, checks: Iterable[str | CheckRow] | None = None
    ) -> ScenarioResult:
        """Run a scenario, and fail the test when a check fails. See `record` for the words and the errors."""
        __tracebackhide__ = True
        result = self.record(*what, checks=checks)
        text = failures(result)
        assert not text, text
        return result

    def record(
        self, *what: str | Scenario | Move, checks: Iterable[str | CheckRow] | None = None
    ) -> ScenarioResult:
        """Run a scenario, and give its record and verdicts for the test to judge; each verdict is PASS or FAIL.

        `what` is the name of a scenario (`./lab drill --list`), or moves of the test's own, with `checks`.
        When a record cannot be judged (UNKNOWN), the scenario runs once more, with a warning. After a FAIL it does not.
        Skips the test when the scenario is not available here. Raises NoVerdict when the lab itself failed, or when
        the second record cannot be judged either.
        """
        __tracebackhide__ = True
        try:
            scenario = own_scenario.scenario(what, self.test.name, self.all_drills.context.lab, checks)
            result = self.all_drills.run(scenario)
            if result.status == UNKNOWN and not result.error:
                self._tell(
                    f"{scenario.name} runs once more, because its first record could not be judged: {doubts(result)}"
                )
                result = self.all_drills.run(scenario, again=True)
            if result.error or result.status == UNKNOWN:
                raise LabError(
                    result.error or doubts(result), hint=f"the record is in {self.all_drills.folder}"
                )
        except NotAvailable as error:
            pytest.skip(error.message)
        except LabError as error:
            raise NoVerdict(error) from error
        return result

    def _tell(self, why: str) -> None:
        self.test.user_properties.append(("once_more", why))  # for a JUnit file, of whatever family
        with warnings.catch_warnings():
            warnings.simplefilter("always")  # the user's filter may make an error of a warning
            warnings.warn(why, stacklevel=3)
