"""What a command of the CLI works on, around a session in memory."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from cli.context import Context
from inventory.model import Lab
from inventory.remote.ssh import Remote
from inventory.session import LabSession
from inventory.waiting import Clock
from status.web_page import Fetch


@dataclass
class FakeContext:
    """The parts of a Context that status, check and break use."""

    session: LabSession
    fetch: Fetch
    root: Path
    number: int = 1
    changes: dict[str, object] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.root

    @property
    def lab(self) -> Lab:
        return self.session.lab

    @property
    def clock(self) -> Clock:
        return self.session.clock

    @property
    def remote(self) -> Remote:
        return self.session.remote

    @property
    def machines(self) -> Any:
        machines: Any = self.session.machines
        machines.state = self.root / ".lab"
        return machines

    def use_built(self, say: object) -> None:
        """lab.yaml is as the machines were made."""

    def trouble(self) -> None:
        """All machines run."""

    def ready_bmcs(self, say: object) -> None:
        """A lab in memory has no BMC."""

    def require_known_properties(self) -> None:
        """Nothing to do: a lab in memory has no lab.yaml."""

    def guard(self) -> None:
        """No request leaves a lab in memory."""

    def exclusive(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


def fake_context(session: LabSession, fetch: Fetch, root: Path) -> Context:
    return cast(Context, FakeContext(session, fetch, root))
