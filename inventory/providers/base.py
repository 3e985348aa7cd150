"""The class of a provider: all that differs between docker, VirtualBox and the others, and no other code knows it.

A provider is one module of this package with a `PROVIDER` in it (see `inventory.providers.registry`). Most methods have
a default; `inventory.providers.virtual_machines` has more defaults, for providers of virtual machines.
"""

from __future__ import annotations

import hashlib
import os
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from inventory import homes
from inventory.errors import MachineError
from inventory.host import command
from inventory.host.command import Output
from inventory.host.requirements import Requirements, Say
from inventory.host.router import Router
from inventory.model import Lab, PowerAction
from inventory.platforms.base import Platform
from inventory.providers.box_formats import BoxFormat
from inventory.remote.ssh_config import SshAddress

KEY = "key"
"""The file with the private key, in the lab's state."""


def digest(home: Path) -> str:
    """Eight hex digits of a hash of the path of a lab's home."""
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:8]


def network_name(home: Path) -> str:
    """The name of a lab's network; the names of its machines begin with it."""
    return f"ha-lab-{digest(home)}"


SMALL_DISK, SMALL_DISK_MB = "/var/lib/ha-lab-small-disk", 32
"""Where a node has a small file system for the fault disk-full, and its size (MiB). The fault mounts it where the
provider did not make it with the node."""


@dataclass(frozen=True)
class LabFolder:
    """The folder of a lab, its home in it, and the names of the lab's own network and bridge on this host."""

    root: Path
    lab: Lab

    @property
    def home(self) -> Path:
        """See `inventory.homes`."""
        return homes.home(self.root, self.lab.number)

    @property
    def key(self) -> str:
        """The path of the private key for the nodes, relative to the folder in which Vagrant runs."""
        return os.path.relpath(self.home / homes.STATE / KEY, homes.of_vagrant(self.root))

    @property
    def digest(self) -> str:
        """See `digest`."""
        return digest(self.home)

    @property
    def network(self) -> str:
        """See `network_name`."""
        return network_name(self.home)

    @property
    def bridge(self) -> str:
        """The name of the lab's bridge; Linux allows 15 characters."""
        return f"halab-{self.digest}"


@dataclass(frozen=True)
class VagrantSettings:
    """What the Vagrantfile sets for each node; plain data only (text, numbers, lists, mappings).

    `provider` has attributes of the provider's block; a mapping is merged into an existing one. `network` has options
    of the node's private network, beside its address. `ssh` has attributes of `config.ssh`. `boot_timeout` and
    `halt_timeout` are in seconds.
    """

    provider: dict[str, Any] = field(default_factory=dict)
    network: dict[str, Any] = field(default_factory=dict)
    ssh: dict[str, Any] = field(default_factory=dict)
    box: str = ""
    box_url: str = ""
    box_sha256: str = ""
    boot_timeout: int = 600
    halt_timeout: int = 60
    name_prefix: str = ""
    """What stands before a node's alias in the name of its machine; "": the provider chooses the name."""

    def patient(self, lab: Lab) -> VagrantSettings:
        """The same with the lab's patience."""
        boot, halt = (round(lab.patient(seconds)) for seconds in (self.boot_timeout, self.halt_timeout))
        return replace(self, boot_timeout=boot, halt_timeout=halt)


PowerState = Literal["running", "paused", "off", "missing"]
STATE_DEADLINE = 30.0


@dataclass(frozen=True)
class PowerCommands:
    """The commands for one machine's power. `{id}` stands for Vagrant's id of the machine; empty: not possible.

    Without `power_on` Vagrant boots the machine. `boot` starts a machine without Vagrant, where `power_on`
    is empty: a BMC needs such a command. `state` prints the machine's state, see `Provider.parse_state`.
    """

    power_off: tuple[str, ...] = ()
    power_on: tuple[str, ...] = ()
    boot: tuple[str, ...] = ()
    freeze: tuple[str, ...] = ()
    thaw: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    none_because: str = ""
    """Why the missing ones of `power_off`, `freeze` and `thaw` are not possible."""
    temporary_failure: str = ""
    """A text in the error message of a failure that is over soon: after it, a power command is run again."""

    def argv(self, word: PowerAction | Literal["state"], id_: str) -> list[str]:
        """The command for a machine; empty when there is none."""
        words: tuple[str, ...] = getattr(self, word)
        return [id_ if part == "{id}" else part for part in words]

    def booting(self, id_: str) -> list[str]:
        """The command that starts a machine without Vagrant; empty when there is none."""
        return [id_ if part == "{id}" else part for part in self.power_on or self.boot]

    def lacks(self, word: PowerAction) -> str:
        """Why an action is not possible; "" when it is possible."""
        if word == "power_on" or getattr(self, word):
            return ""
        return self.none_because or "the lab has no command for it"


class Provider(Requirements):
    """One way to make nodes. The base class has what it needs on this host; this class makes and removes nodes."""

    power: PowerCommands = PowerCommands()
    box_format: BoxFormat | None = None
    """The format of the boxes that the lab makes itself; None where it makes none."""
    reboots: bool = True
    """A machine that reboots itself boots again without help."""
    shares_kernel: bool = False
    """The nodes have this machine's kernel: they are containers (docs/security.md)."""
    leaves_disks: bool = False
    """A failed `vagrant up` can leave a disk without a machine; `vagrant destroy` removes it."""
    stops_clock: bool = False
    """The clock of a frozen machine stands still, and is late afterwards."""

    @abstractmethod
    def platform(self, wanted: str, lab: Lab, say: Say) -> tuple[Platform, str]:
        """Choose the platform of the nodes, with the reason in one line. Raises MachineError when it has none.

        A provider that makes images makes the image here, so that "auto" can choose another platform if this fails.
        """

    @abstractmethod
    def prepare(self, folder: LabFolder, platform: Platform, public_key: str, say: Say) -> VagrantSettings:
        """Make what a node needs before it boots (an image, a network). Safe to repeat. Raises MachineError."""

    def parse_state(self, said: Output, id_: str) -> PowerState | None:
        """Parse the answer of the command `power.state`; None when it is not understood."""
        return None

    def machines_of(self, home: Path) -> tuple[str, ...]:
        """The ids of all machines of the lab with a home that exist, also of those that Vagrant does not know.

        Raises MachineError.
        """
        return ()

    def remove_machine(self, id_: str) -> None:
        """Remove one machine of `machines_of`, with its disks. Raises MachineError."""
        raise MachineError(
            f"The provider {self.name} has no command to remove {id_}.", hint="vagrant destroy"
        )

    def state(self, id_: str, deadline: float = STATE_DEADLINE) -> PowerState | None:
        """Read the state of one machine; None when the provider has no command for it. `deadline` is in seconds.

        Raises MachineError when the answer is not understood: no state is guessed.
        """
        argv = self.power.argv("state", id_)
        if not argv:
            return None
        said = command.run(argv, deadline=deadline, env={"LC_ALL": "C"})
        found = self.parse_state(said, id_)
        if found is None:
            raise MachineError(
                f"The state of the machine {id_} is not known: `{' '.join(argv)}` (exit {said.status}):\n{said.last()}",
                hint="./lab doctor checks this machine.",
            )
        return found

    def running(self, ids: Mapping[str, str], deadline: float = STATE_DEADLINE) -> Mapping[str, bool] | None:
        """Whether the machines have power, by node; an id is "" where there is no machine. None: ask Vagrant.

        A paused machine has power. Raises MachineError as `state` does.
        """
        if not self.power.state:
            return None
        powered = ("running", "paused")
        return {name: bool(id_) and self.state(id_, deadline) in powered for name, id_ in ids.items()}

    def router(self, folder: LabFolder) -> Router:
        """Describe the router for the drill's client; nothing is made. Raises MachineError where there is none."""
        raise MachineError(
            f"with the provider {self.name} the lab has no router", hint="Containers have one."
        )

    def remove_router(self, home: Path) -> bool:
        """Remove the router of the lab with a home; whether there was any. Raises MachineError."""
        return False

    def ssh_addresses(self, ids: Mapping[str, str]) -> Mapping[str, SshAddress] | None:
        """Where ssh reaches each machine, as Vagrant tells it; by the keys of `ids`. None: ask Vagrant (seconds)."""
        return None

    def release(self, home: Path) -> None:
        """Remove everything that `prepare` made on this host for the lab with a home. Raises MachineError."""
