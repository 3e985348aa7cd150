"""What a provider needs on this host: the doctor, the installer and network_conflicts use it."""

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
from inventory.waiting import Clock

Say = Callable[[str], None]


@dataclass(frozen=True)
class Needs:
    """The memory and disk space that the nodes need (MiB), and the remedy when there is less."""

    memory_mb: int
    memory_remedy: str
    disk_mb: int
    disk_remedy: str


class Requirements(ABC):
    """The requirements of one provider on this host; the base of inventory.providers.base.Provider."""

    name: str
    """Its name in Vagrant and in lab.yaml."""
    title: str
    """Its name for people."""
    rank: int
    """`provider: auto` tries the providers in the order of their ranks."""
    program: str
    """`auto` takes the provider when this program is on this host."""
    program_from: str = ""
    """Where people get its program, when Debian has no package of it; "" otherwise."""
    automatic: bool = True
    """`provider: auto` may choose it."""
    adopted: bool = False
    """The cluster was made by somebody else: the lab makes, changes and removes no machines."""
    programs: tuple[str, ...] = ()
    """Further programs that `findings` needs in HostFacts.programs."""
    plugin: str = ""
    """The plugin that Vagrant needs for it; "" when it needs none."""
    shares_kernel: bool = False
    """Its nodes run on this host's kernel."""
    reserved: tuple[IPv4Network, ...] = ()
    """Ranges that the provider itself uses in its machines; a lab cannot use them."""

    def read(self, lab: Lab) -> Any:
        """Read the facts of this host that only this provider needs. Never raises; has deadlines."""
        return None

    def networks(self) -> tuple[EngineNetwork, ...]:
        """Read the networks of its engine on this host. Raises MachineError when the engine gives no answer."""
        return ()

    def boxes(self) -> frozenset[str]:
        """Read the names of the boxes that Vagrant has for it; none where nodes are no virtual machines."""
        return frozenset()

    @abstractmethod
    def findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """Judge this host for a lab on a platform (or "auto"); facts.of_providers has the result of `read`."""

    def source_findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """Judge the box from which the nodes are made; the provider is the chosen one."""
        return iter(())

    @abstractmethod
    def system(self, wanted: str, lab: Lab) -> Platform:
        """Give the platform of a name; for "auto" the one that this provider prefers. Raises ConfigError."""

    @abstractmethod
    def platform_finding(self, platform: Platform, lab: Lab) -> Finding | None:
        """Say why the provider has no nodes of a platform; None when it has them."""

    @abstractmethod
    def needs(self, facts: HostFacts, lab: Lab) -> Needs:
        """Give the memory and disk space that the nodes need."""

    @abstractmethod
    def is_own(self, interface: str, bridge: str) -> bool:
        """Whether an interface of this host can belong to the lab's own network; `bridge` is the lab's bridge."""

    def slowness(self, facts: HostFacts, lab: Lab) -> float:
        """How many times slower than this host the provider's machines are, as when they are emulated."""
        return 1.0

    def interface_remedy(self, interface: str) -> str:
        """Write the command that removes an interface of this provider; "" for other interfaces."""
        return ""

    def packages(self) -> tuple[str, ...]:
        """Name the Debian packages that it needs and that are missing. Raises MachineError when none would help."""
        return ()

    def all_packages(self) -> tuple[str, ...]:
        """Name all Debian packages that it can need, also those that are installed here; for the offline kit."""
        return ()

    def start(self, say: Say, clock: Clock) -> None:  # noqa: B027 -- most have no engine to start
        """Start the provider's engine when it does not run, and wait until it answers. Raises MachineError."""
