"""A pytest plugin: the tests on the nodes, spread over several labs of this folder with pytest-xdist, one lab a worker.

With `-n N` the labs 1 to N are used; those that do not run are made first, and removed at the end. Each worker records
into a folder of its own, and the records become one run. Worker gw0 has lab 1, gw1 has lab 2, and so on.

The order is that of the longest test first, so that no worker waits long for the last one: first the tests that look at
a lab that nothing has disturbed yet, then the scenarios, then the mutations and the rest, and last the test that keeps
all processors busy, because it would disturb the records of other labs.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cli.labs import require_room
from cli.testing import DURATIONS
from drill.report import merge, run_folder
from inventory.errors import LabError
from tests.support import lab_command
from tests.support.worker_lab import RECORDS, worker_lab

ROOT = Path(__file__).resolve().parents[2]
ON_NODES = ("acceptance", "mutation")
RANKS = ("test_built", "test_confinement", "test_drill", "test_mutations", "", "test_placement")
"""The order of the modules; "" stands for all others."""
UP_WITHIN, DOWN_WITHIN = 1800.0, 600.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lab-run", default="", help="the folder of the run; default: a new one below runs/")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if worker_lab() is not None:
        config.option.store_durations = False  # the controller stores them
    elif getattr(config.option, "numprocesses", None) and _on_nodes(config.args):
        config.option.maxschedchunk = 1  # the next test goes to the worker that is free
        config.option.maxworkerrestart = "0"  # a new worker would have another number, and no lab
        config.pluginmanager.register(Spreading(config), "spreading")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if worker_lab() is not None and any(_rank(one) is not None for one in items):
        seconds = durations(config.rootpath)
        items.sort(key=lambda one: (_rank(one) or 0, -seconds.get(one.nodeid, 0.0)))


def durations(root: Path) -> dict[str, float]:
    """The recorded seconds of each test on the nodes, by its id; empty without a record."""
    path = root / DURATIONS
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def _on_nodes(words: Sequence[str]) -> bool:
    return any(part in ON_NODES for word in words for part in Path(word.partition("::")[0]).parts)


def _rank(item: pytest.Item) -> int | None:
    if item.path.parent.name not in ON_NODES:
        return None
    return RANKS.index(item.path.stem if item.path.stem in RANKS else "")


class Spreading:
    """What the process that starts the workers does: the labs before and after, and one run of all records."""

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.labs = config, int(config.option.numprocesses)
        self.made: list[int] = []
        self.folder: Path | None = None
        self.told: list[str] = []

    def pytest_sessionstart(self) -> None:
        """Make the labs that do not run. Ends the run when this machine cannot have them."""
        try:
            missing = list(require_room(ROOT, self.labs))
            wanted = self.config.getoption("--lab-run")
            folder = Path(wanted) if wanted else run_folder.fresh(ROOT / "runs", datetime.now())
            folder.mkdir(parents=True, exist_ok=True)
            self.folder = folder
            self._make(missing)
        except LabError as error:
            self._remove()
            pytest.exit(str(error), returncode=error.exit_status)

    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker the folder of the run."""
        node.workerinput[RECORDS] = str(self.folder)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Make one run of the workers' records, and remove the labs that were made."""
        try:
            if self.folder:
                self._merge(self.folder, sorted(self.folder.glob("lab-*")))
        except LabError as error:
            self.told.append(f"the records of the labs are not one run yet: {error}")
        self._remove()

    def _merge(self, folder: Path, parts: Sequence[Path]) -> None:
        """Make one run of the labs' records. They are kept when one is not complete."""
        recorded = [one for one in parts if run_folder.has_record(one)]
        notes: tuple[str, ...] = ()
        if recorded:
            _, run, notes = merge.merge(recorded, lambda: folder)
            self.told += [*(f"not complete: {note}" for note in notes), f"{run.status}: {folder}"]
        for one in parts if not notes else ():
            shutil.rmtree(one)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say where the run is."""
        for line in self.told:
            terminalreporter.write_line(line)

    def _make(self, missing: list[int]) -> None:
        """Make labs: the first one of the folder alone, as it makes what all labs share; then the others at once."""
        alone = missing[:1] if len(missing) == self.labs else []
        for numbers in (alone, [one for one in missing if one not in alone]):
            self.made += numbers
            with ThreadPoolExecutor(max_workers=max(1, len(numbers))) as pool:
                for _ in pool.map(lambda number: _lab(number, "up", UP_WITHIN), numbers):
                    pass

    def _remove(self) -> None:
        made, self.made = self.made, []
        with ThreadPoolExecutor(max_workers=max(1, len(made))) as pool:
            for number, trouble in zip(made, pool.map(_removed, made), strict=True):
                self.told += [f"lab {number} was not removed: {trouble}"] if trouble else []


def _removed(number: int) -> str:
    try:
        _lab(number, "down", DOWN_WITHIN)
    except LabError as error:
        return str(error)
    return ""


def _lab(number: int, word: str, deadline: float) -> None:
    """Run a command of the lab. Raises LabError with the end of its output."""
    began = time.monotonic()
    argv = lab_command.argv(ROOT, number, word)
    try:
        done = subprocess.run(
            argv, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False, timeout=deadline
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(f"./lab --lab {number} {word}: no end within {deadline:g} s") from error
    if done.returncode:
        said = "\n".join(_last(done.stderr))
        raise LabError(f"./lab --lab {number} {word} failed after {time.monotonic() - began:.0f} s:\n{said}")


def _last(text: str) -> Iterator[str]:
    for line in text.strip().splitlines()[-8:]:
        yield f"  | {line}"
