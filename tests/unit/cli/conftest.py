"""Fixtures for the tests of commands: a host that answers as a case says, and a folder with a lab.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.fake_host import FakeHost

ROOT = Path(__file__).parents[3]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    """This machine, with stand-ins for the programs that make machines."""
    here = FakeHost("docker", "vagrant", "ssh", "ssh-keygen", "ip", "VBoxManage")
    here.install(monkeypatch)
    return here


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the repository's lab.yaml."""
    (tmp_path / "lab.yaml").write_text((ROOT / "lab.yaml").read_text())
    return tmp_path
