"""Fixtures for the acceptance tests: the lab of this folder, its machines, a testinfra host for each node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from testinfra.backend.ssh import SshBackend
from testinfra.host import Host

from classroom import exercise_run
from cli.context import Context
from inventory.errors import LabError
from inventory.model import Lab, Node
from inventory.providers.machines import Machines
from inventory.remote.ssh import Remote, Ssh
from tests.support.worker_lab import lab_number

SECONDS = 60
"""The longest time of a command, on a machine of usual speed."""
pytest_plugins = ("pytester", "tests.support.spread")
"""For the test of the acceptance test (tests/unit/test_acceptance.py); for `-n N` and the tests on the nodes."""


class TimedSsh(SshBackend):
    """testinfra's ssh with a time limit on the node for each command; its own has none."""

    def __init__(self, time_limit: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.time_limit = time_limit

    def get_command(self, command: str, *args: str) -> str:
        """The command behind timeout(1)."""
        return f"{' '.join(self.time_limit)} {super().get_command(command, *args)}"


@pytest.fixture(scope="session")
def context() -> Context:
    """The lab of this process in this folder, built and running; anything else ends the run with what to do."""
    here = Context(Path(__file__).parent, lab_number())
    try:
        stopped = [name for name, runs in here.machines.running().items() if not runs]
        trouble, remedy = f"not running: {', '.join(stopped)}" if stopped else "", "Run ./lab up first."
        here.remote  # noqa: B018 -- reads vagrant's ssh-config
        exercise_run.require_none(here.machines.state, here.session.platform, lambda: here.session, print)
    except LabError as error:
        trouble, remedy = error.message, error.hint
    if trouble:
        pytest.exit(
            f"The acceptance tests need the lab of this folder, whole: {trouble}. {remedy}", returncode=3
        )
    return here


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
def nodes(context: Context) -> Mapping[Node, Host]:
    """Each node's testinfra host, on vagrant's ssh-config and the lab's shared connections."""
    return {node: Host(_backend(context.remote, node)) for node in context.lab.nodes}


def _backend(ssh: Ssh, node: Node) -> SshBackend:
    *options, alias = ssh.argv(node.name)[3:]
    limit = ssh.time_limit(SECONDS)
    return TimedSsh(limit, alias, ssh_config=str(ssh.config), ssh_extra_args=" ".join(options), sudo=True)
