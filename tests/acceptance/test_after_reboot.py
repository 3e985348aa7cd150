"""`./lab check --after-reboot`: what the init system starts is found only by a boot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from classroom import after_boot
from cli.context import Context
from tests.support import lab_command
from tests.support.healthy_lab import healthy

WHOLE_S = 900.0
"""The longest time for a command that may boot the nodes (seconds)."""
LATE = {after_boot.NAME, "pages", "at-boot"}
"""The checks that find a web server that starts at boot; its second copy may also leave a failure behind."""


def lab(context: Context, *words: str, expected: int = 0) -> str:
    """Run a command of the lab; what it prints."""
    done = lab_command.run(context.root, context.number, *words, within=WHOLE_S)
    assert done.returncode == expected, done.stdout + done.stderr
    return done.stdout


def failed(context: Context, expected: int) -> set[str]:
    """The checks that do not pass after a boot of all nodes."""
    found: list[dict[str, Any]] = json.loads(
        lab(context, "check", "--after-reboot", "--json", expected=expected)
    )
    assert found[0]["check"] == after_boot.NAME
    return {one["check"] for one in found if one["status"] != "PASS"}


@pytest.fixture
def enabled(context: Context) -> Iterator[Context]:
    """The web server starts at boot on node2; afterwards it does not, and the lab is healthy."""
    platform = context.session.platform
    unit, services = platform.web_service, platform.services
    try:
        lab(context, "ssh", "node2", " ".join(services.command("enable", unit)))
        yield context
    finally:
        lab(context, "provision")
        lab(context, "heal")
        healthy(context)


def test_a_healthy_lab_is_healthy_after_a_boot(context: Context) -> None:
    assert failed(context, 0) == set()


def test_a_web_server_that_starts_at_boot(enabled: Context) -> None:
    assert failed(enabled, 1) - {"leftovers"} == LATE
