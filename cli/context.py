"""The lab in one folder, built once for a command of the CLI: description, machines, ssh, session."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address
from pathlib import Path

import typer

from inventory import files
from inventory.config import lab_yaml
from inventory.errors import ConfigError
from inventory.host import routes
from inventory.journal import Journal
from inventory.model import Lab, Node
from inventory.platforms import refusals
from inventory.providers.machines import Machines
from inventory.remote.ssh import Ssh
from inventory.session import LabSession
from inventory.waiting import Clock
from status import web_page


@dataclass
class Context:
    """Everything that a command of the CLI works on. Parts are made when they are first asked for."""

    root: Path
    changes: dict[str, object] = field(default_factory=dict)
    """The values that the command line changes, by key of lab.yaml; they are checked like the file itself."""

    @cached_property
    def lab(self) -> Lab:
        """lab.yaml, with the changes. Raises ConfigError."""
        return lab_yaml.load(self.root / "lab.yaml", self.changes)

    @cached_property
    def machines(self) -> Machines:
        """The machines under the nodes."""
        return Machines(self.root, self.lab)

    @property
    def clock(self) -> Clock:
        """The clock of all waits, with the lab's patience."""
        return Clock(patience=self.lab.patience)

    @cached_property
    def remote(self) -> Ssh:
        """The ssh connections to the nodes. Raises MachineError when there are no machines."""
        aliases = {node.name: node.alias for node in self.lab.nodes}
        tools = self.machines.choice.platform_data.tools
        return Ssh(
            self.machines.ssh_config(), aliases, self.machines.control, self.lab.patience, tools.kills_later
        )

    @cached_property
    def session(self) -> LabSession:
        """The lab under way. Raises MachineError when there are no machines yet."""
        # A clear error first, when there is no lab, or when lab.yaml was changed to what its nodes cannot have.
        refusals.require(self.machines.choice.platform_data, self.lab)
        return LabSession(self.lab, self.machines, self.remote, Journal(self.root), self.clock)

    def require_known_properties(self) -> None:
        """Raise ConfigError when the nodes' pacemaker does not know a property of lab.yaml, or its value.

        With `platform: auto` the nodes' system is known only after the choice.
        """
        lab_yaml.load(
            self.root / "lab.yaml", {**self.changes, "platform": self.machines.choice.platform_data.name}
        )

    def node(self, name: str) -> Node:
        """The node with a name or an alias. Raises ConfigError."""
        try:
            return self.lab.node(name)
        except KeyError:
            known = ", ".join(node.alias for node in self.lab.nodes)
            raise ConfigError(f"There is no node {name!r}.", hint=f"The nodes are: {known}") from None

    def guard(self, address: IPv4Address | None = None) -> None:
        """Raise RouteRefused unless the route to an address (default: the VIP) uses the lab's own interface."""
        routes.require(address or self.lab.vip, self.machines.is_own, self.lab)

    def fetch(self) -> str:
        """Request the VIP's page, after a check of the route; "" when there is no answer."""
        self.guard()
        return web_page.get(self.lab.url, self.lab.patient(web_page.LIMIT_S))

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lab's lock: only one command at a time changes the nodes, and the next one waits."""
        with files.lock(self.root / ".lab" / "lock"):
            yield


def context_of(ctx: typer.Context, **changes: str) -> Context:
    """The context of a command, with the changes of lab.yaml that its options make."""
    context: Context = ctx.obj
    context.changes.update({key: value for key, value in changes.items() if value})
    return context
