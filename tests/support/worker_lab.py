"""Which lab the tests of this process work on, and where they record: each worker of pytest-xdist has its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inventory import homes
from pytest_ha_lab.run import Records

RECORDS = "lab_records"
"""The key of a worker's input: the folder of the run."""


def worker_lab() -> int | None:
    """The number of this worker's lab; None in a process that is no worker of pytest-xdist."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else None


def lab_number() -> int:
    """The number of the lab on which the tests of this process work."""
    return worker_lab() or homes.number_of(os.environ.get("LAB") or str(homes.FIRST))


def records(config: pytest.Config, root: Path) -> Records:
    """Where this process records: a worker records a part of the run of all workers."""
    run = getattr(config, "workerinput", {}).get(RECORDS)
    if run is None:
        return Records(root / "runs")
    part = Path(run) / f"lab-{lab_number()}"
    part.mkdir(parents=True, exist_ok=True)
    return Records(root / "runs", part)
