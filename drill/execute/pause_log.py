"""Reads what corosync wrote about its own pauses into the nodes' logs while a scenario ran."""

from __future__ import annotations

from dataclasses import dataclass, field

from cluster import corosync_log
from drill.record.header import NodePause
from inventory.errors import LabError
from inventory.model import Command
from inventory.session import LabSession


@dataclass
class PauseLog:
    """The pauses of corosync on each node since this object was made. A node that does not answer has none."""

    session: LabSession
    _before: dict[str, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._before = {node.name: len(self._read(node.name)) for node in self.session.lab.nodes}

    def new(self) -> tuple[NodePause, ...]:
        """The pauses since the beginning."""
        return tuple(
            NodePause(name, seconds)
            for name, before in self._before.items()
            for seconds in self._read(name)[before:]
        )

    def _read(self, node: str) -> tuple[float, ...]:
        reading = f"grep -a '{corosync_log.NOT_SCHEDULED}' {self.session.platform.cluster_log}"
        why = "the pauses that corosync noticed"
        try:
            result = self.session.remote.run(
                Command.script(node, reading, why=why, deadline=10, purpose="read-pauses", ok=(0, 1))
            )
        except LabError:
            return ()
        return corosync_log.pauses(result.out)
