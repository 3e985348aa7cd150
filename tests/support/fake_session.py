"""A LabSession in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from inventory.journal import Journal
from inventory.model import Command, Lab
from inventory.remote.ssh import Remote
from inventory.session import LabSession
from inventory.waiting import Clock
from tests.support.example_lab import example_lab
from tests.support.fake_machines import FakeMachines
from tests.support.fake_remote import FakeRemote

NOWHERE = Path("/nonexistent")


def silent(command: Command) -> tuple[int, str, str] | None:
    raise AssertionError(f"no command was expected: {command.line}")


def fake_session(
    platform: str = "debian12",
    *,
    lab: Lab | None = None,
    remote: Remote | Callable[[Command], tuple[int, str, str] | None] = silent,
    machines: FakeMachines | None = None,
    root: Path = NOWHERE,
    clock: Clock | None = None,
    bmc_password: str = "",
    **changes: Any,
) -> LabSession:
    """A session of the example lab; `remote` may be a function of a command. The journal is below `root`."""
    return LabSession(
        lab or example_lab(platform=platform, **changes),
        machines or FakeMachines(platform),
        FakeRemote(remote) if callable(remote) else remote,
        Journal(root),
        clock or fake_clock(),
        bmc_password,
    )


def fake_clock() -> Clock:
    """A clock that stands still but for what is slept."""
    seconds = [0.0]

    def sleep(time: float) -> None:
        seconds[0] += time

    return Clock(lambda: seconds[0], sleep)
