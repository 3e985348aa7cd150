"""A run of the drill: scenarios one after another, with repeats, recorded in one folder, then judged."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from drill.checks import registry as checks
from drill.execute.runner import Runner
from drill.observe.observation import observing
from drill.record.timeline import Timeline
from drill.report import run_folder
from drill.report.result import ScenarioResult
from drill.report.run import Run
from drill.scenarios.base import Scenario
from inventory import journal
from inventory.errors import LabError
from inventory.remote.ssh import Ssh
from inventory.session import LabSession
from status.web_page import Fetch

Say = Callable[[str], None]


def runner(
    session: LabSession, ssh: Ssh, folder: Path, guard: Callable[[], None], say: Say, *, fetch: Fetch
) -> Runner:
    """The runner of a real lab. It records into `folder`.

    `guard` raises RouteRefused for requests to another network. `fetch` requests the page from the floating address.
    """
    return Runner(session, folder / run_folder.TIMELINE, guard, observing(session, ssh, guard), say, fetch)


@dataclass
class Suite:
    """Runs scenarios with one runner and judges each of them.

    `home` is the lab's home (inventory.homes), `folder` is the run's folder. `on_result` gets each result. `around`
    gives a context manager for each scenario.
    """

    home: Path
    runner: Runner
    folder: Path
    on_result: Callable[[ScenarioResult], None] = lambda result: None
    around: Callable[[Scenario], AbstractContextManager[None]] = lambda scenario: nullcontext()

    def run(self, scenarios: Sequence[Scenario], repeat: int = 1, seed: int = 0) -> Run:
        """Run each scenario `repeat` times, write the run's files to the folder, and return the judged run.

        The same seed gives the same targets. When the lab cannot be healed, the results so far are written, and then
        the first cause is raised.
        """
        with journal.exclusive(self.home):
            try:
                for scenario in scenarios:
                    for number in range(repeat):
                        with self.around(scenario):
                            timeline = self.runner.run(scenario, seed_of(seed, scenario, number))
                        self.on_result(judged(timeline))
            finally:
                run = finish(self.folder)
        return run or Run(self.folder.name, ())


def judged(timeline: Timeline) -> ScenarioResult:
    """A record together with the verdicts of its checks."""
    return ScenarioResult(timeline, checks.judge(timeline))


def seed_of(seed: int, scenario: Scenario, number: int) -> int:
    """The seed of one repeat of one scenario. It does not depend on the other scenarios of the run."""
    return zlib.crc32(f"{seed} {scenario.name} {number}".encode())


def finish(folder: Path) -> Run | None:
    """Write the verdicts, JUnit and report of the record, and compress it.

    Without a record: None, and the folder is removed when it is empty. Raises LabError when a file cannot be written.
    """
    if not (folder / run_folder.TIMELINE).is_file():
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        return None
    try:
        run = run_folder.recheck(folder)
    except LabError as error:
        raise LabError(f"the run's report could not be written: {error.message}", hint=error.hint) from error
    run_folder.end(folder)
    return run
