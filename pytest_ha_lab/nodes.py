"""A testinfra host for each node, on the lab's own ssh connections."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from testinfra.backend.ssh import SshBackend
from testinfra.host import Host

from cli.context import Context
from inventory.model import Node
from inventory.remote.ssh import Ssh

SECONDS = 60
"""The longest time of a command, on a machine of usual speed."""


class TimedSsh(SshBackend):
    """testinfra's ssh, for commands as root with a time limit on the node; its own has none.

    `before` are the words before each command (inventory.remote.ssh.Ssh.limited).
    """

    def __init__(self, before: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = shlex.join(before).replace("%", "%%")

    def get_command(self, command: str, *args: str) -> str:
        """The command for the node's shell."""
        return str(self.quote(f"{self.before} /bin/sh -c %s", super().get_command(command, *args)))


def hosts(context: Context) -> Mapping[Node, Host]:
    """Each cluster node's testinfra host. Raises MachineError when there are no machines."""
    return {node: Host(_backend(context.remote, node)) for node in context.lab.nodes}


def _backend(ssh: Ssh, node: Node) -> SshBackend:
    *options, alias = ssh.argv(node.name)[3:]
    return TimedSsh(
        ssh.limited(SECONDS, ()), alias, ssh_config=str(ssh.config), ssh_extra_args=" ".join(options)
    )
