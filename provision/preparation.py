"""Prepares the configuration as one change while the cluster starts, and gives it out if it is still what is needed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from inventory.errors import LabError
from inventory.model import Command
from inventory.session import LabSession
from provision import one_change
from provision.facts import Facts
from provision.plan import plan_step
from provision.steps.base import Step


@dataclass
class Preparation:
    """The change that some steps will probably need. To prepare it changes nothing on the nodes.

    It is an offer: `take` gives it only for the commands for which it was prepared. When the preparation failed, the
    ordinary way finds the same failure and reports it.
    """

    session: LabSession
    steps: Sequence[Step]
    _commands: tuple[Command, ...] = field(default=(), init=False)
    _thread: threading.Thread | None = field(default=None, init=False)
    _change: str = field(default="", init=False)

    def begin(self, facts: Facts) -> None:
        """Begin in the background, once, as soon as pacemaker runs on the node that runs the commands."""
        plans = [plan_step(step, self.session, facts) for step in self.steps]
        commands = tuple(command for one in plans for command in one.commands)
        if self._thread is not None or not one_change.suits(self.session.platform, commands):
            return
        if facts.nodes[commands[0].node].pacemaker:
            self._commands = commands
            self._thread = threading.Thread(target=self._prepare, name="prepare-change", daemon=True)
            self._thread.start()

    def take(self, commands: Sequence[Command]) -> Command | None:
        """Wait for the prepared change of these commands, and give the command that makes it; None without one."""
        if self._thread is None or tuple(commands) != self._commands:
            return None
        self._thread.join()
        return one_change.prepared_change(commands[0].node, self._change) if self._change.strip() else None

    def _prepare(self) -> None:
        try:
            result = self.session.remote.run(one_change.preparation(self._commands))
        except LabError:
            return
        self._change = result.out if result.good else ""
