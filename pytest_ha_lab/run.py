"""All drills of one pytest process: one runner, one folder of records, one report at the end."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cli import owner
from cli.context import Context
from drill import suite
from drill.execute.runner import Runner
from drill.report import run_folder
from drill.report.result import ScenarioResult
from drill.scenarios.base import Scenario
from inventory import journal
from inventory.errors import LabError

LOG = logging.getLogger("pytest_ha_lab")


@dataclass(frozen=True)
class Records:
    """Where a process records its drills: in a new folder of `runs`, made when a drill begins, or in the folder `part`.

    `part` is for a process that records a part of a run; another process then makes one run of all parts.
    """

    runs: Path
    part: Path | None = None


@dataclass
class DrillRun:
    """Runs scenarios one after another on one lab, each alone on it. `owner`: the user owns the adopted cluster.

    The cluster is healed after each scenario. When this fails, each later scenario raises the first cause.
    """

    context: Context
    records: Records
    owner: bool = False
    told: list[str] = field(default_factory=list, init=False)
    """Lines for the end of the test run."""
    _seeds: dict[str, int] = field(default_factory=dict, init=False)

    @cached_property
    def folder(self) -> Path:
        """The folder of the records."""
        return self.records.part or run_folder.fresh(self.records.runs, datetime.now())

    @cached_property
    def runner(self) -> Runner:
        """The runner of the lab."""
        here = self.context
        return suite.runner(here.session, here.remote, self.folder, here.guard, LOG.warning, fetch=here.fetch)

    def run(self, scenario: Scenario, *, again: bool = False) -> ScenarioResult:
        """Run a scenario and judge its record. Raises LabError when the lab itself failed, NotAvailable.

        `again`: this record replaces the one before it. A scenario that a test repeats gets other random targets.
        """
        owner.announce(self.context, (scenario,), LOG.warning, owner=self.owner)
        repeat = self._seeds.get(scenario.name, -1) + (not again)
        self._seeds[scenario.name] = repeat
        seed = suite.seed_of(self.context.lab.drill.seed, scenario, repeat)
        with self.context.exclusive(), journal.exclusive(self.context.home):
            return suite.judged(self.runner.run(scenario, seed, again=again))

    def finish(self) -> None:
        """Write the verdicts and the report of all records, once."""
        if "runner" not in self.__dict__ or self.records.part:
            return
        try:
            if suite.finish(self.folder) is None:
                return
        except LabError as error:
            self.told.append(str(error))
        self.told.append(f"report: {self.folder / run_folder.REPORT}")
