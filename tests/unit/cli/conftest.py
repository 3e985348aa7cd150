"""Fixtures of the command line's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inventory import log


@pytest.fixture(autouse=True)
def no_log_is_left() -> Iterator[None]:
    """The log that a command began ends with its test: the next test has a lab of its own."""
    yield
    log.end()
