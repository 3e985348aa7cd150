"""Which lab the tests of this process work on, and where they record: each worker of pytest-xdist has its own."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from drill.report import run_folder
from inventory import homes

RECORDS = "lab_records"
"""The key of a worker's input: the folder of the run."""


def worker_lab() -> int | None:
    """The number of this worker's lab; None in a process that is no worker of pytest-xdist."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else None


def lab_number() -> int:
    """The number of the lab on which the tests of this process work."""
    return worker_lab() or homes.number_of(os.environ.get("LAB") or str(homes.FIRST))


def record_folder(config: pytest.Config, root: Path) -> tuple[Path, bool]:
    """The folder for the records of this process, and whether it is a part of the run of several workers."""
    run = getattr(config, "workerinput", {}).get(RECORDS)
    if run is None:
        return run_folder.fresh(root / "runs", datetime.now()), False
    folder = Path(run) / f"lab-{lab_number()}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder, True
