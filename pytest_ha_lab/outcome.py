"""What pytest reports: the FAIL of a check is a failed test, a failure of the lab itself is an error."""

from __future__ import annotations

import pytest

from drill.checks.verdict import FAIL, PASS
from drill.report.result import ScenarioResult
from inventory.errors import LabError


class NoVerdict(LabError):
    """A drill gave no verdict about the cluster: the lab itself failed, or its record cannot tell."""

    def __init__(self, cause: LabError) -> None:
        super().__init__(cause.message, hint=cause.hint)
        self.exit_status = cause.exit_status


def adapt(report: pytest.TestReport, error: BaseException) -> None:
    """Make the report of a lab's failure an error of pytest, with the message in place of a traceback.

    pytest knows errors only before and after a test. So a drill that gave no verdict is reported as an error of the
    setup: in the summary, in a JUnit file, and by other plugins. Other errors of a test's own code stay failures.
    """
    if not isinstance(error, LabError) or (report.when == "call" and not isinstance(error, NoVerdict)):
        return
    report.when = "setup" if report.when == "call" else report.when
    report.longrepr = f"ha-lab: {error}"


def failures(result: ScenarioResult) -> str:
    """What failed in a drill, and what it teaches, in several lines; "" when every check passed."""
    failed = [one.description for one in result.verdicts if one.status == FAIL]
    if not failed:
        return ""
    header = result.timeline.header
    told = "\n".join(filter(None, (header.title or f"The scenario {result.name}", header.why)))
    return "\n\n".join([told, *failed])


def doubts(result: ScenarioResult) -> str:
    """Why a record cannot tell whether the cluster behaved as expected."""
    return "\n".join(one.description for one in result.verdicts if one.status != PASS) or "nothing was judged"
