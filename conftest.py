"""Fixtures for the tests on this folder's lab, by the plugin pytest_ha_lab: the names that the tests here use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from testinfra.host import Host

from cli.context import Context
from inventory.errors import LabError
from inventory.model import Lab, Node
from inventory.providers.machines import Machines
from inventory.remote.ssh import Remote
from pytest_ha_lab.run import Records
from tests.support import worker_lab

pytest_plugins = ("pytester", "pytest_ha_lab.plugin", "tests.support.spread")
"""For the tests of the plugin; the plugin itself, installed or not; for `-n N` and the tests on the nodes."""


@pytest.fixture(scope="session")
def ha_lab_folder() -> Path:
    """The folder of this file."""
    return Path(__file__).parent


@pytest.fixture(scope="session")
def ha_lab_number() -> int:
    """Each worker of pytest-xdist has a lab of its own here."""
    return worker_lab.lab_number()


@pytest.fixture(scope="session")
def ha_lab_records(pytestconfig: pytest.Config, ha_lab_folder: Path) -> Records:
    """Each worker records a part of the run."""
    return worker_lab.records(pytestconfig, ha_lab_folder)


@pytest.fixture(scope="session")
def context(request: pytest.FixtureRequest) -> Context:
    """The lab of this process in this folder, built and running; anything else ends the run with what to do."""
    try:
        found: Context = request.getfixturevalue("ha_lab")
    except LabError as error:
        pytest.exit(
            f"The acceptance tests need the lab of this folder, whole: {error.message} {error.hint}",
            returncode=3,
        )
    return found


@pytest.fixture(scope="session")
def lab(context: Context) -> Lab:
    """lab.yaml."""
    return context.lab


@pytest.fixture(scope="session")
def machines(context: Context) -> Machines:
    """The machines under the nodes."""
    return context.machines


@pytest.fixture(scope="session")
def remote(context: Context) -> Remote:
    """Commands on nodes, as root, with deadlines."""
    return context.remote


@pytest.fixture(scope="session")
def nodes(context: Context, ha_nodes: Mapping[Node, Host]) -> Mapping[Node, Host]:
    """Each node's testinfra host."""
    return ha_nodes
