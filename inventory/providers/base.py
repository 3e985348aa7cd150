"""What a provider is: all that differs between docker, VirtualBox and the others, and nothing else knows it.

A provider is one module of this package with a `PROVIDER` in it (see `inventory.providers.registry`). Most of it has a
default; `inventory.providers.virtual_machines` has more of them, for providers of virtual machines.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from inventory.host.requirements import Requirements, Say
from inventory.model import Lab, PowerWord
from inventory.platforms.base import Platform


@dataclass(frozen=True)
class LabFolder:
    """A lab in a folder, and the names of all that is the lab's own on this host."""

    root: Path
    lab: Lab

    @property
    def digest(self) -> str:
        """Eight hex digits of the folder's path: two folders are two labs."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:8]

    @property
    def network(self) -> str:
        """The name of the lab's network."""
        return f"ha-lab-{self.digest}"

    @property
    def bridge(self) -> str:
        """The name of the lab's bridge; Linux takes 15 characters."""
        return f"halab-{self.digest}"


@dataclass(frozen=True)
class VagrantSettings:
    """What the Vagrantfile sets for each node; plain data only (text, numbers, lists, mappings).

    `provider` are attributes of the provider's block; a mapping is merged into one that is there. `network` are
    options of the node's private network, beside its address. `ssh` are attributes of `config.ssh`. `boot_timeout` is
    in seconds.
    """

    provider: dict[str, Any] = field(default_factory=dict)
    network: dict[str, Any] = field(default_factory=dict)
    ssh: dict[str, Any] = field(default_factory=dict)
    box: str = ""
    box_url: str = ""
    boot_timeout: int = 600


@dataclass(frozen=True)
class PowerCommands:
    """The commands for one machine's power. `{id}` stands for Vagrant's id of the machine; empty: there is no way.

    Without `power_on` Vagrant boots the machine. `frozen` prints the line `paused` while the machine is frozen.
    """

    power_off: tuple[str, ...] = ()
    power_on: tuple[str, ...] = ()
    freeze: tuple[str, ...] = ()
    thaw: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    paused: str = "paused"
    none_because: str = ""
    """Why there is no way to `power_off`, `freeze` and `thaw`."""

    def argv(self, word: PowerWord | Literal["frozen"], id_: str) -> list[str]:
        """The command for a machine; empty when there is no way."""
        command: tuple[str, ...] = getattr(self, word)
        return [part.format(id=id_) if part == "{id}" else part for part in command]

    def lacks(self, word: PowerWord) -> str:
        """Why there is no way to do this to a machine; "" when there is one."""
        if word == "power_on" or getattr(self, word):
            return ""
        return self.none_because or "the lab knows no command for it"


class Provider(Requirements):
    """One way to make nodes. `Requirements` is what this host is asked about it; here is what is done with it."""

    power: PowerCommands = PowerCommands()
    reboots: bool = True
    """A machine that restarts from within comes back by itself."""

    @abstractmethod
    def platform(self, wanted: str) -> tuple[Platform, str]:
        """Choose the platform of the nodes and say why, in one line. Raises MachineError when it has none of it."""

    @abstractmethod
    def prepare(self, folder: LabFolder, platform: Platform, public_key: str, say: Say) -> VagrantSettings:
        """Make what must be there before a node boots (an image, a network). Safe to repeat. Raises MachineError."""

    def running(self, ids: Mapping[str, str]) -> Mapping[str, bool] | None:
        """Whether the machines run, by node; an id is "" where there is no machine. None: Vagrant is to be asked."""
        return None

    def release(self, root: Path) -> None:
        """Remove from this host all that `prepare` made for the lab of a folder. Raises MachineError."""
