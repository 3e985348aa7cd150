"""The machines under the nodes: vagrant up, halt and destroy, the choice of provider and platform, their power.

What differs between providers is in their own modules; the Vagrantfile reads .lab/machines.yaml.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

from inventory import homes, log
from inventory.errors import ConfigError, MachineError
from inventory.host import command
from inventory.host.router import Router
from inventory.model import Lab, Node, PowerAction
from inventory.platforms import refusals
from inventory.providers import choice as choices
from inventory.providers import power_command, preconditions, registry, removal
from inventory.providers.base import KEY, STATE_DEADLINE, LabFolder, Provider
from inventory.providers.choice import Choice
from inventory.providers.ssh_files import SSH_CONFIG, SshFiles, control_folder
from inventory.providers.ssh_text import ssh_text
from inventory.providers.vagrant_program import VagrantProgram

CHOICE = "machines.yaml"


class Machines:
    """The machines of one lab of a folder: that of `lab.number`."""

    def __init__(self, root: Path, lab: Lab) -> None:
        self.root, self.lab = root, lab
        self.folder = LabFolder(root, lab)
        self.home = self.folder.home
        self.state = self.home / homes.STATE
        self.vagrant = VagrantProgram(homes.of_vagrant(root), self.home, lab.number)
        self._ssh_files = SshFiles(self.home, self.state)

    @property
    def choice(self) -> Choice:
        """The choice that `prepare` made. Raises MachineError when there is none yet."""
        return choices.read(self.state / CHOICE, homes.title(self.lab.number))

    @property
    def provider(self) -> Provider:
        """The provider of the machines. Raises MachineError when there is no choice yet."""
        return self.choice.provider_data

    def choose(self, wanted: str) -> Provider:
        """The provider of a name; "auto" is the provider of this folder's machines, if there are any."""
        before = self._existing_choice()
        return registry.choose(wanted, before.provider if before else "")

    def prepare(self, provider: str, platform: str, say: Callable[[str], None]) -> Choice:
        """Choose provider and platform; make image, key and network; write the Choice.

        Safe to repeat: existing parts are kept. Existing machines keep their provider and platform.
        Raises ConfigError when others are asked for, MachineError when this host cannot have them.
        """
        before = self._existing_choice()
        chosen = self._chosen(provider, before)
        if before and platform not in ("auto", before.platform):
            raise ConfigError(
                f"platform: this lab's machines are {before.platform}, not {platform}.",
                hint="./lab down first, then ./lab up with the other platform.",
            )
        if before:
            preconditions.refuse_other_nodes(before.nodes, self.lab)
        removal.require_no_strays(self.home, chosen)
        preconditions.refuse_conflicts(chosen, self.folder)
        kept = (before.platform_data, before.why) if before else None
        system, why = kept or chosen.platform(platform, self.lab, say)
        refusals.require(system, self.lab)
        self.state.mkdir(parents=True, exist_ok=True)
        choice = Choice(
            chosen.name,
            system.name,
            self.folder.network,
            self.folder.bridge,
            why,
            preconditions.node_rows(self.lab),
            chosen.prepare(self.folder, system, self._public_key(), say).patient(self.lab),
        )
        choices.write(self.state / CHOICE, choice)
        say(f"Provider {choice.provider}; {choice.why}")
        return choice

    def is_own(self, interface: str) -> bool:
        """Whether an interface of this host belongs to the lab's own network (see inventory.host.routes)."""
        return self.provider.is_own(interface, self.folder.bridge)

    def _existing_choice(self) -> Choice | None:
        return self._readable_choice() if removal.made_ids(self.home) else None

    def _readable_choice(self) -> Choice | None:
        with contextlib.suppress(MachineError):
            return self.choice
        return None

    def _chosen(self, wanted: str, before: Choice | None) -> Provider:
        chosen = registry.choose(wanted, before.provider if before else "")
        if before and chosen.name != before.provider:
            raise ConfigError(
                f"provider: this lab's machines were made with {before.provider}, not {wanted}.",
                hint="./lab down first, then ./lab up with the other provider.",
            )
        if wanted == registry.AUTO and not before and not registry.here():
            *others, last = (registry.get(name).title for name in registry.names())
            raise MachineError(
                f"Nothing here can run machines: no {', '.join(others)} or {last}.",
                hint="Install one of them; ./lab doctor says how.",
            )
        return chosen

    def _public_key(self) -> str:
        key = self.state / KEY
        if not key.exists():
            command.check(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.folder.network, "-f", str(key)]
            )
        return key.with_suffix(".pub").read_text().strip()

    # Up and down

    def ids(self) -> dict[str, str]:
        """Vagrant's id of each node's machine, "" where there is none."""
        found = {}
        for node in self.lab.machines:
            ids = sorted((self.home / homes.VAGRANT / "machines" / node.alias).glob("*/id"))
            found[node.name] = ids[0].read_text().strip() if ids else ""
        return found

    def running(self) -> dict[str, bool]:
        """Whether each node's machine runs, by node name. Vagrant is asked only when the provider has no answer."""
        ids = self.ids()
        if not any(ids.values()):
            return dict.fromkeys(ids, False)
        running = self.provider.running(ids, self.lab.patient(STATE_DEADLINE))
        if running is not None:
            return dict(running)
        states = self.vagrant.states()
        return {node.name: states.get(node.alias) == "running" for node in self.lab.machines}

    def up(self) -> None:
        """Boot the machines that do not run, at the same time if the provider can. Raises MachineError."""
        self._forget_ssh()  # before, because the nodes may be in use before Vagrant ends (cli.building)
        self.vagrant.up(self.choice.provider)

    def halt(self) -> None:
        """Shut the machines down; they keep their disks. Raises MachineError."""
        self.vagrant.halt()
        self._forget_ssh()

    def destroy(self, node: Node | None = None) -> None:
        """Destroy the machines, or one; also what a failed `up` left without a machine. Raises MachineError."""
        machines, before = bool(removal.made_ids(self.home)), self._readable_choice()
        if machines and before is None:
            # It is damaged, or from an older version: Vagrant cannot work without it.
            id_file = next((self.home / homes.VAGRANT / "machines").glob("*/*/id"))
            self.prepare(id_file.parent.name, "auto", log.note)
        if machines or (before and before.provider_data.leaves_disks):
            self.vagrant.destroy(node.alias if node else None)
        self._forget_ssh()

    def release(self) -> bool:
        """Remove what `prepare` made on this host and in .lab, if no machine is left; returns whether none is left.

        Only the lab's own provider is asked. If the choice cannot be read, every provider on this host is asked, and
        errors are ignored.
        """
        if removal.made_ids(self.home):
            return False
        try:
            made_with = self.provider
        except MachineError:
            for one in registry.here():
                with contextlib.suppress(MachineError):
                    one.release(self.home)
        else:
            made_with.release(self.home)
        shutil.rmtree(self.control, ignore_errors=True)
        for name in (CHOICE, KEY, f"{KEY}.pub", SSH_CONFIG):
            (self.state / name).unlink(missing_ok=True)
        return True

    def require_consent(self) -> None:
        """See MachinePower: the lab may always break its own machines."""

    def router(self) -> Router:
        """See Provider. Raises MachineError where there is none."""
        return self.provider.router(self.folder)

    def remove_router(self) -> bool:
        """See Provider. Raises MachineError."""
        return self.provider.remove_router(self.home)

    @property
    def control(self) -> Path:
        """The directory of ssh's control sockets."""
        return control_folder(self.home)

    def ssh_config(self) -> Path:
        """The ssh_config for the nodes, as Vagrant prints it (see `ssh_text`). It is made once for a set of machines.

        Raises MachineError with the remedy when a machine is missing, off or frozen, or when its key is lost.
        """
        return self._ssh_files.require(self.ids(), self._ask_ssh_config)

    def _ask_ssh_config(self) -> str:
        if trouble := self.trouble():
            raise trouble
        by_alias = {self.lab.machine_called(name).alias: id_ for name, id_ in self.ids().items()}
        return ssh_text(self.choice, homes.of_vagrant(self.root), by_alias, self.vagrant.ssh_config)

    def trouble(self) -> MachineError | None:
        """Why nodes cannot answer, by the states of their machines, with the remedy; None when all machines run."""
        frozen = {node.name: self.frozen(node) for node in self.lab.machines}
        return preconditions.silent_because(self.ids(), frozen, self.running())

    def _forget_ssh(self) -> None:
        self._ssh_files.forget()

    # Power

    def power_off(self, node: Node) -> None:
        """Cut the power, without a shutdown. Raises MachineError."""
        self._power("power_off", node)

    def power_on(self, node: Node) -> None:
        """Boot the machine again. Raises MachineError."""
        argv = self.provider.power.argv("power_on", self.ids()[node.name])
        if argv:
            command.check(argv, deadline=self.lab.patient(command.DEADLINE))
        else:
            # A drill continues with the path of its ssh_config: the file must exist, with the address of this machine.
            self.vagrant.up(self.choice.provider, node.alias)
            self._ssh_files.refresh(self.ids(), self._ask_ssh_config)

    def freeze(self, node: Node) -> None:
        """Pause the machine: it answers nothing until `thaw`. Raises MachineError."""
        self._power("freeze", node)

    def thaw(self, node: Node) -> None:
        """Resume the paused machine. Raises MachineError."""
        self._power("thaw", node)

    def frozen(self, node: Node) -> bool:
        """Whether the machine is paused; False where the provider cannot tell. Raises MachineError."""
        id_ = self.ids()[node.name]
        return bool(id_) and self.provider.state(id_, self.lab.patient(STATE_DEADLINE)) == "paused"

    def _power(self, word: PowerAction, node: Node) -> None:
        provider = self.provider
        argv = provider.power.argv(word, self.ids()[node.name])
        if not argv:
            raise MachineError(f"The provider {provider.name} has no command for {word} of {node.name}.")
        power_command.run(argv, provider.power.temporary_failure, self.lab.patient(command.DEADLINE))
