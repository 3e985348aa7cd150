"""A registry on the loopback with stand-in base images, and labs whose lab.yaml names them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.local_registry import LocalRegistry, local_registry

PREFIX = "10.234."
"""The first two numbers of the addresses of these labs."""


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRegistry]:
    with local_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(autouse=True)
def without_buildkit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Debian 12, whose docker has no BuildKit."""
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what the stand-in images are made from."""
    return tmp_path_factory.mktemp("workshop")
