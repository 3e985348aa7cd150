"""The option --whole: all acceptance tests and mutations in place of the smoke tests."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the option."""
    parser.addoption(
        "--whole", action="store_true", help="all acceptance tests and mutations, half an hour each"
    )


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """All tests were asked for."""
    return bool(request.config.getoption("--whole", default=False))
