"""Fixtures for the tests of shell scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.shell_sandbox import Sandbox, make_programs


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of all sandboxes."""
    return make_programs(tmp_path_factory.mktemp("programs"))


@pytest.fixture
def sandbox(programs: Path, tmp_path: Path) -> Sandbox:
    """A folder in which a script for a node can run on this machine."""
    return Sandbox(tmp_path / "node", programs)
