"""Fixtures of all unit tests: the sandbox for shell scripts, and an end to each test's log."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.utils import get_params_from_function

from classroom.what_ifs import Simulate
from inventory import log
from inventory.session import LabSession
from tests.support.shell_sandbox import Sandbox, make_programs
from tests.support.simulated_lab import DOCUMENT, VERSION
from tests.support.solutions import recorded, replay


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of all sandboxes."""
    return make_programs(tmp_path_factory.mktemp("programs"))


@pytest.fixture
def sandbox(programs: Path, tmp_path: Path) -> Sandbox:
    """A folder in which a script for a node can run on this machine."""
    return Sandbox(tmp_path / "node", programs)


@pytest.fixture(scope="session", autouse=True)
def _parameters_are_read_once() -> Iterator[None]:
    """Typer evaluates the annotations of all commands, twice, each time that a command line runs in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.main.get_params_from_function", cache(get_params_from_function))
        yield


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command that a test runs begins a log; no later test may write into it, or name it in a message."""
    yield
    log.end()


@pytest.fixture(autouse=True)
def _simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator of every lab in memory: the recorded answers about the document's configuration.

    A remote may name another solution, by the configuration that its nodes have now.
    """

    def on_node(session: LabSession, node: str) -> Simulate:
        name = getattr(session.remote, "solution", DOCUMENT)
        return replay(recorded(VERSION)[name])

    monkeypatch.setattr("classroom.simulator.on_node", on_node)
