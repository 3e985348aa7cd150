"""The lab in one folder, built once for a command of the CLI: description, machines, ssh, session."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from cli.console import messages
from cluster import feasible
from drill.observe import probe_client
from inventory import files, homes
from inventory.bmc import secret, service
from inventory.bmc.access import bmcs
from inventory.config import lab_yaml
from inventory.config.numbered import numbered
from inventory.errors import ConfigError, LabError
from inventory.homes import STATE
from inventory.host import routes
from inventory.journal import Journal
from inventory.model import Command, Lab, Node
from inventory.platforms import refusals
from inventory.providers.adopted_machines import AdoptedMachines, machines_of
from inventory.providers.machines import Machines
from inventory.providers.ssh_text import known_addresses
from inventory.remote.ssh import Ssh, run_all
from inventory.session import LabSession
from inventory.waiting import Clock
from language import fast_yaml
from status import web_page

BUILT = "lab.yaml"
"""The copy of lab.yaml in .lab that the machines were made from."""


@dataclass
class Context:
    """Everything that a command of the CLI works on. Parts are made when they are first asked for."""

    root: Path
    """The folder with lab.yaml, the Vagrantfile and runs/."""
    number: int = homes.FIRST
    """The lab's number in its folder."""
    command: str = ""
    """The command's name, which other commands print while they wait for its lock."""
    changes: dict[str, object] = field(default_factory=dict)
    """The values that the command line changes, by key of lab.yaml; they are checked like the file itself."""

    @property
    def home(self) -> Path:
        """Where this lab keeps its own things."""
        return homes.home(self.root, self.number)

    @cached_property
    def lab(self) -> Lab:
        """lab.yaml, with the changes, for the lab of this number. Raises ConfigError."""
        found = lab_yaml.load(self.root / "lab.yaml", self.changes, feasible.problems)
        if found.adopted and self.number != homes.FIRST:
            raise ConfigError(
                f"--lab {self.number}: this folder describes an adopted cluster, which has only one lab.",
                hint="Use the command without --lab.",
            )
        return numbered(found, self.number)

    @property
    def document(self) -> dict[str, Any]:
        """The content of lab.yaml as it stands in the file, for a description that is made from it."""
        found: dict[str, Any] = fast_yaml.read((self.root / "lab.yaml").read_text(encoding="utf-8-sig"))
        return found

    def keep_description(self) -> None:
        """Copy lab.yaml into .lab when the machines are made, for commands that must work after later changes."""
        files.write(self.home / STATE / BUILT, (self.root / "lab.yaml").read_text(encoding="utf-8-sig"))

    def use_built(self, say: Callable[[str], None]) -> None:
        """Use the description that the machines were made from, when lab.yaml now has mistakes or other nodes.

        For the commands that must work on the existing machines: halt, down, heal, ssh.
        Raises ConfigError when lab.yaml has mistakes and there is no such description.
        """
        built = self._built()
        try:
            now = self.lab
        except ConfigError as error:
            if built is None:
                raise
            say(f"{error.message}\n  This command uses the description that the nodes were made from.")
        else:
            if built is None or (built.machines, built.network, built.vip) == (
                now.machines,
                now.network,
                now.vip,
            ):
                return
            say(
                "lab.yaml now has other nodes. This command uses the description that the nodes were made from."
            )
        self.__dict__["lab"] = built

    def _built(self) -> Lab | None:
        try:
            return numbered(lab_yaml.load(self.home / STATE / BUILT), self.number)
        except ConfigError:
            return None

    @cached_property
    def machines(self) -> Machines:
        """The machines under the nodes."""
        return machines_of(self.root, self.lab)

    @property
    def clock(self) -> Clock:
        """The clock of all waits, with the lab's patience."""
        return Clock(patience=self.lab.patience)

    @cached_property
    def remote(self) -> Ssh:
        """The ssh connections to the nodes. Raises MachineError when there are no machines."""
        if isinstance(self.machines, AdoptedMachines):
            return self.machines.remote()
        aliases = {node.name: node.alias for node in self.lab.machines}
        tools = self.machines.choice.platform_data.tools
        return Ssh(
            self.machines.ssh_config(), aliases, self.machines.control, self.lab.patience, tools.kills_later
        )

    @cached_property
    def session(self) -> LabSession:
        """The lab under way. Raises MachineError when there are no machines yet."""
        # A clear error first, when there is no lab, or when lab.yaml was changed to what its nodes cannot have.
        refusals.require(self.machines.choice.platform_data, self.lab)
        password = secret.password(self.home / STATE) if bmcs(self.lab) else ""
        return LabSession(self.lab, self.machines, self.remote, Journal(self.home), self.clock, password)

    def require_known_properties(self) -> None:
        """Raise ConfigError when the nodes' pacemaker does not know a property of lab.yaml, or its value.

        With `platform: auto` the nodes' system is known only after the choice.
        """
        lab_yaml.load(
            self.root / "lab.yaml", {**self.changes, "platform": self.machines.choice.platform_data.name}
        )

    def ready_bmcs(self, say: Callable[[str], None]) -> None:
        """Start the BMCs that do not run; without fencing, end them. To be called before a session reads the password.

        Raises MachineError.
        """
        if bmcs(self.lab) or secret.folder(self.home / STATE).is_dir():
            service.ensure(self.machines.folder, self.machines.provider, say, self.clock)

    def answers(self) -> bool:
        """Whether all machines answer over ssh. It can be asked while Vagrant boots them: Vagrant itself is not called.

        Where only Vagrant knows how to reach the nodes, it is False. Raises LabError when they do not answer.
        """
        if known_addresses(self.machines.choice, self.machines.ids()) is None:
            return False
        asked = [Command(node.name, ("true",), purpose="is-up") for node in self.lab.machines]
        return all(result.good for result in run_all(self.remote, asked))

    def trouble(self) -> LabError | None:
        """Why nodes do not answer, by the states of their machines; None when all run. Raises LabError."""
        return self.machines.trouble()

    def machine(self, name: str) -> Node:
        """The node or the witness with a name or an alias. Raises ConfigError."""
        try:
            return self.lab.machine_called(name)
        except KeyError:
            known = ", ".join(one.alias for one in self.lab.machines)
            raise ConfigError(f"There is no machine {name!r}.", hint=f"The machines are: {known}") from None

    def guard(self, address: IPv4Address | None = None) -> None:
        """Raise RouteRefused unless the route to an address (default: the VIP) uses the lab's own interface."""
        wanted = address or self.lab.vip
        if self.lab.adopted:
            routes.require_as_adopted(wanted, self.machines.choice.interface, self.lab)
        else:
            routes.require(wanted, self.machines.is_own, self.lab)

    def fetch(self) -> str:
        """Request the VIP's page, after a check of the route; "" when there is no answer.

        When the probe asks for something else: the node that answered, or "ok".
        """
        self.guard()
        if self.lab.drill.probe.kind != "http":
            answer = probe_client.of_lab(self.lab).ask()
            return (answer.page or answer.outcome) if answer.outcome == "ok" else ""
        return web_page.get(self.lab.url, self.lab.patient(web_page.LIMIT_S))

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lab's lock: only one command at a time changes the nodes.

        A command that waits for the lock prints at once which command holds it. Raises TimedOut when it waits too long.
        """
        with files.lock(self.home / STATE / "lock", f"./lab {self.command}".strip(), self._tell_wait):
            yield

    def _tell_wait(self, who: str) -> None:
        messages().print(escape(f"Waiting for {who}, which uses this lab ..."))


def context_of(ctx: typer.Context, **changes: str) -> Context:
    """The context of a command, with the changes of lab.yaml that its options make."""
    context: Context = ctx.obj
    context.changes.update({key: value for key, value in changes.items() if value})
    return context
