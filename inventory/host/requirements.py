"""What the doctor, the installer and the judge of networks ask about a provider; see inventory.providers.base."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from inventory.host.facts import HostFacts
from inventory.host.finding import Finding
from inventory.host.networks import EngineNetwork
from inventory.model import Lab
from inventory.platforms.base import Platform

Say = Callable[[str], None]


@dataclass(frozen=True)
class Needs:
    """What two nodes take of this host, in MiB, and what to do where that is not there."""

    memory_mb: int
    memory_remedy: str
    disk_mb: int
    disk_remedy: str


class Requirements(ABC):
    """One provider, as this host sees it."""

    name: str
    """Vagrant's name of it, and lab.yaml's."""
    title: str
    """Its name for people."""
    rank: int
    """Its place in the order in which `provider: auto` tries them."""
    program: str
    """The program by which `auto` finds it here."""
    programs: tuple[str, ...] = ()
    """Further programs that `findings` looks for in HostFacts.programs."""
    plugin: str = ""
    """The plugin that Vagrant needs for it; "" when it needs none."""
    reserved: tuple[IPv4Network, ...] = ()
    """Ranges that it uses itself inside its machines, so that a lab cannot have them."""

    def read(self, lab: Lab) -> Any:
        """Read from this host what only this provider needs for a lab. Never raises; has deadlines."""
        return None

    def networks(self) -> tuple[EngineNetwork, ...]:
        """Read the networks that its engine keeps here. Raises MachineError when the engine does not tell."""
        return ()

    @abstractmethod
    def findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """Judge what it needs here for a lab on a platform (or "auto"); facts.of_providers has what `read` gave."""

    @abstractmethod
    def platform_finding(self, platform: Platform) -> Finding | None:
        """Say why it has no nodes of a platform; None when it has."""

    @abstractmethod
    def needs(self, facts: HostFacts, lab: Lab) -> Needs:
        """Say what two nodes take of this host."""

    @abstractmethod
    def is_own(self, interface: str, bridge: str) -> bool:
        """Whether an interface of this host can lead into the lab's own network; `bridge` is the name for the lab's."""

    def interface_remedy(self, interface: str) -> str:
        """Write the command that removes an interface of its kind; "" when it is not of its kind."""
        return ""

    def packages(self) -> tuple[str, ...]:
        """Name Debian's packages that it needs and this host lacks. Raises MachineError where none would help."""
        return ()

    def start(self, say: Say) -> None:  # noqa: B027 -- most have no engine to start
        """Start its engine when it does not run. Raises MachineError."""
