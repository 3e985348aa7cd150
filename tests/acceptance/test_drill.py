"""Every scenario of the drill on the real nodes: FAIL is the cluster's and a failed test, all else an error.

A record that cannot tell (UNKNOWN) is made once more, with a warning; a FAIL never is. A scenario that cannot be
had on this system or with this provider is skipped, with the reason.

What was recorded is in runs/<time>/, with its report.html.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator

import pytest

from cli.context import Context
from drill import suite
from drill.checks.verdict import FAIL, PASS, UNKNOWN
from drill.execute.injector import NotAvailable
from drill.execute.runner import Runner
from drill.report.result import ScenarioResult
from drill.scenarios import catalog
from inventory import journal
from inventory.errors import LabError
from tests.support.worker_lab import record_folder

LOG = logging.getLogger(__name__)
pytestmark = pytest.mark.filterwarnings("always:.* made once more")
SMOKE = ("corosync-kill", "web-kill")
"""A crash of the node's cluster, and one of the web server alone."""
PARAMETERS = [
    pytest.param(name, marks=[pytest.mark.smoke] if name in SMOKE else [])
    for name, one in catalog.SCENARIOS.items()
    if not one.needs_another_lab
]


@pytest.fixture(scope="module")
def runner(context: Context, request: pytest.FixtureRequest) -> Iterator[Runner]:
    """The runner of this folder's lab, alone on it; what it recorded is judged and drawn at the end.

    With several workers, this is done for the records of all of them (tests/support/spread.py).
    """
    folder, is_part = record_folder(request.config, context.root)
    with context.exclusive(), journal.exclusive(context.home):
        yield suite.runner(
            context.session, context.remote, folder, context.guard, LOG.warning, fetch=context.fetch
        )
    if not is_part:
        suite.finish(folder)


@pytest.fixture(params=PARAMETERS)
def entry(request: pytest.FixtureRequest, runner: Runner, context: Context) -> ScenarioResult:
    """A scenario's record that tells PASS or FAIL; without one the test is an error, or skipped."""
    scenario = catalog.get(request.param)
    seed = suite.seed_of(context.lab.drill.seed, scenario, 0)
    try:
        made = suite.judged(runner.run(scenario, seed))
    except NotAvailable as error:
        pytest.skip(error.message)
    if made.status == UNKNOWN and not made.error:
        # The record could not tell (this machine paused, say): that is no answer yet, so it is asked once more.
        why = f"{scenario.name} is made once more, as its first record could not tell: {_unproven(made)}"
        request.node.user_properties.append(("once_more", why))  # for a JUnit file, of whatever family
        warnings.warn(why, stacklevel=1)
        made = suite.judged(runner.run(scenario, seed, again=True))
    if made.error or made.status == UNKNOWN:
        raise LabError(made.error or _unproven(made), hint=f"the record is in {runner.path.parent}")
    return made


def test_scenario(entry: ScenarioResult) -> None:
    failed = [one.description for one in entry.verdicts if one.status == FAIL]
    text = catalog.explanations()[entry.name]
    assert not failed, "\n\n".join([f"{text.title}\n{text.why}", *failed])


def _unproven(entry: ScenarioResult) -> str:
    return "\n".join(one.description for one in entry.verdicts if one.status != PASS) or "nothing was judged"
