"""A run of the drill: scenarios one after another, each as often as asked, into one folder, judged at the end."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from drill.execute import journal
from drill.execute.journal import Journal
from drill.execute.recovery import Recovery
from drill.execute.runner import Runner
from drill.observe.observation import observing
from drill.report import run_folder
from drill.report.run import Run, ScenarioResult
from drill.scenarios.base import Scenario
from inventory.errors import LabError
from inventory.host import routes
from inventory.model import Lab
from inventory.providers.machines import Machines
from inventory.remote.ssh import Ssh

Say = Callable[[str], None]


def runner(root: Path, lab: Lab, machines: Machines, ssh: Ssh, *, folder: Path, say: Say) -> Runner:
    """The runner of a real lab; its records go into `folder`. Raises MachineError when there is no lab."""
    choice = machines.choice

    def guard() -> None:
        routes.require(lab.vip, machines.is_own, lab)

    return Runner(
        lab, choice.system, choice.provider, ssh, machines, Journal(root), folder / run_folder.TIMELINE, guard,
        observing(lab, choice.system, ssh, guard), say=say,
    )  # fmt: skip


def recovery(root: Path, lab: Lab, machines: Machines, ssh: Ssh, say: Say) -> Recovery:
    """The healing of a real lab."""
    choice = machines.choice
    return Recovery(lab, choice.system, choice.provider, ssh, machines, Journal(root), say=say)


@dataclass
class Suite:
    """Runs scenarios with one runner; `told` gets each entry as it is done, `around` is entered for each scenario."""

    root: Path
    runner: Runner
    folder: Path
    told: Callable[[ScenarioResult], None] = lambda entry: None
    around: Callable[[Scenario], AbstractContextManager[None]] = lambda scenario: nullcontext()

    def run(self, scenarios: Sequence[Scenario], repeat: int = 1, seed: int = 0) -> Run:
        """Run each so many times; the judged run, also written to the folder. The same seed gives the same targets.

        Raises the first cause when the lab could not be healed, after what was recorded is written.
        """
        with journal.exclusive(self.root):
            try:
                for scenario in scenarios:
                    for number in range(repeat):
                        with self.around(scenario):
                            entry = self.runner.run(scenario, seed_of(seed, scenario, number))
                        self.told(entry)
            finally:
                judged = finish(self.folder)
        return judged or Run(self.folder.name, ())


def seed_of(seed: int, scenario: Scenario, number: int) -> int:
    """The seed of one repeat of one scenario: the same in every run, whatever else is run."""
    return zlib.crc32(f"{seed} {scenario.name} {number}".encode())


def finish(folder: Path) -> Run | None:
    """Write verdicts, JUnit and report of what was recorded; None when nothing was."""
    if not (folder / run_folder.TIMELINE).is_file():
        return None
    try:
        return run_folder.recheck(folder)
    except LabError as error:
        raise LabError(f"the run's report could not be written: {error.message}", hint=error.hint) from error
