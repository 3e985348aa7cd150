"""Opens the lab of a folder for tests: its machines run, its nodes can be reached, and no exercise is under way."""

from __future__ import annotations

import logging
from pathlib import Path

from cli.context import Context
from cli.current_exercise import no_exercise
from inventory import homes, log
from inventory.config import folder as folders
from inventory.errors import ConfigError

LOG = logging.getLogger("pytest_ha_lab")
NAME = "lab.yaml"


def opened(folder: Path, number: int) -> Context:
    """The lab of a folder, ready for tests. Raises LabError with what is missing and what to do."""
    folders.require_usable(folder)
    if not (folder / NAME).is_file():
        raise ConfigError(
            f"There is no {NAME} in {folder}, so there is no cluster to test.",
            hint="Name its folder: pytest --ha-lab FOLDER, or ha_lab = FOLDER in pytest.ini. For a cluster of your "
            "own, ha-lab --in FOLDER adopt writes one.",
        )
    here = Context(folder, number, "test")
    if trouble := here.trouble():
        raise trouble
    no_exercise(here, LOG.warning)
    log.begin(here.home / homes.STATE)
    log.note("pytest")
    return here
