"""Every scenario of the drill on the real nodes: FAIL is the cluster's and a failed test, all else an error.

A record that cannot tell (UNKNOWN) is made once more; a FAIL never is.

What was recorded is in runs/<time>/, with its report.html.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cli.site import Site
from drill import journal, scenarios, suite
from drill.results import run_folder
from drill.results.run import Entry
from drill.runner import Runner
from drill.verdict import FAIL, PASS, UNKNOWN, Verdict
from inventory.errors import LabError

LOG = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def runner(site: Site) -> Iterator[Runner]:
    """The runner of this folder's lab, alone on it; what it recorded is judged and drawn at the end."""
    folder = run_folder.fresh(site.root / "runs", datetime.now())
    with site.alone(), journal.alone(site.root):
        yield suite.runner(
            site.root,
            site.lab,
            site.machines,
            site.remote,
            folder=folder,
            say=LOG.warning,
        )
    suite.finish(folder)


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_scenario(name: str, runner: Runner, site: Site) -> None:
    scenario = scenarios.named(name)
    seed = suite.seed_of(site.lab.drill.seed, scenario, 0)
    entry = runner.run(scenario, seed)
    if entry.status == UNKNOWN and not entry.error:
        # The record could not tell (this machine paused, say): that is no answer yet, so it is asked once more.
        LOG.warning("%s again, as its record could not tell: %s", name, [one.why for one in unproven(entry)])
        entry = runner.run(scenario, seed)
    judged(entry, runner.path)


def unproven(entry: Entry) -> list[Verdict]:
    """The verdicts that are not PASS."""
    return [one for one in entry.verdicts if one.status != PASS]


def judged(entry: Entry, path: Path) -> None:
    """Fail with the lesson of what failed; raise where the record proves nothing."""
    failed = [one.text for one in entry.verdicts if one.status == FAIL]
    if entry.error or (entry.status != PASS and not failed):
        unknown = [one.text for one in unproven(entry)]
        raise LabError(entry.error or "\n".join(unknown), hint=f"the record is in {path}")
    text = scenarios.texts()[entry.name]
    assert not failed, "\n\n".join([f"{text.title}\n{text.why}", *failed])
