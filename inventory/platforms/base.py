"""What a platform is: the data of one operating system, and the behaviour in which systems differ.

Everything here is a value. The scripts are texts for a node's POSIX shell, and need no Python on the node.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from inventory.errors import ConfigError

CorosyncGeneration = Literal["1.4", "3"]
PcsGeneration = Literal["0.9.26", "0.9", "0.10", "0.11", "0.12"]
Action = Literal["start", "stop", "restart", "status", "enable", "disable", "is-enabled"]
ACTIONS = get_args(Action)
Use = Literal["containers", "machines"]
Argv = tuple[str, ...]


class ServiceManager(ABC):
    """The words of an init system for a service (a unit or an init script)."""

    name: str
    """As people call it."""
    restarts_killed: bool
    """It can be told to start a killed service again."""

    def command(self, action: Action, unit: str) -> Argv:
        """Build the argv of an action on a service.

        `status` exits 0 when the service runs and 3 when it does not. Raises ConfigError on an unknown action.

        >>> Systemd().command("stop", "corosync")
        ('systemctl', 'stop', 'corosync')
        """
        if action not in ACTIONS:
            raise ConfigError(f"no such service action: {action!r}", hint=f"one of: {', '.join(ACTIONS)}")
        return self._argv(action, unit)

    @abstractmethod
    def _argv(self, action: Action, unit: str) -> Argv: ...

    @abstractmethod
    def enabled_reading(self, unit: str) -> str:
        """Give a shell text that prints `enabled` when the service starts at boot."""

    @abstractmethod
    def restart_command(self, unit: str) -> str:
        """Give the command that shows what is done when the service was killed; "" where nothing is done."""

    @abstractmethod
    def restarted_reading(self, unit: str) -> str:
        """Give a shell text that prints `yes` when a killed service is started again."""

    @abstractmethod
    def set_restart(self, unit: str, restart: str) -> str:
        """Give a shell text that sets what is done when the service was killed (systemd.service(5), Restart=).

        Raises ConfigError where `restarts_killed` is False.
        """

    @abstractmethod
    def active(self, units: Collection[str]) -> Argv:
        """Give shell conditions, one a service: it runs, and is not on its way down. Empty where this is not known."""

    @abstractmethod
    def forget_failures(self, units: Collection[str]) -> str:
        """Give a shell text that lets services start again which failed too often; "" where nothing is needed."""


class PackageManager(ABC):
    """The words of a package manager."""

    refresh: Argv = ()
    """Renews the lists of packages; empty where `install` does so itself."""

    @abstractmethod
    def install(self, packages: Collection[str]) -> Argv:
        """Build the argv that installs packages without a question."""

    @abstractmethod
    def query(self, packages: Collection[str]) -> Argv:
        """Build the argv that prints `NAME installed` for each package that is installed."""

    def installed(self, answer: str) -> frozenset[str]:
        """Parse the answer of `query`."""
        lines = (line.split() for line in answer.splitlines())
        return frozenset(words[0] for words in lines if words[1:] == ["installed"])


class PacketFilter(ABC):
    """The kernel's packet filter and the program that sets it.

    `label` names rules of the lab's own, such as "ha_lab", so that they are found again and removed as a whole.
    """

    name: str
    """The program: nft, iptables. Scripts that drop packets have its name in theirs (drill/faults/scripts)."""
    rules: str
    """The command that prints all rules."""

    @abstractmethod
    def title(self, label: str) -> str:
        """Name the place of the lab's own rules for people."""

    @abstractmethod
    def places(self, label: str) -> Mapping[str, str]:
        """Name the tables or chains of the lab's own rules, as parameters of the scripts that drop packets."""

    @abstractmethod
    def drop_incoming(self, port: int, label: str) -> str:
        """Give a shell text that drops the udp packets to a port."""

    @abstractmethod
    def undo_drop(self, port: int, label: str) -> str:
        """Give a shell text that removes what `drop_incoming` set, if it is there."""


class HostName(ABC):
    """Where a node keeps its name for the next boot."""

    reading: str
    """A shell text that prints the name of the next boot."""

    @abstractmethod
    def keep(self, name: str) -> str:
        """Give a shell text that stores the name for the next boot."""

    def set(self, name: str) -> str:
        """Give a shell text that names a node now and for its next boots (walkthrough step 1)."""
        return f"hostname {name} && {self.keep(name)}"


@dataclass(frozen=True)
class Firewall:
    """The firewall that a system starts with: shell texts; the defaults are those of no firewall.

    `opening` lets the cluster and the web server through, and changes nothing the second time. `reading` prints a
    line for each thing that a running firewall holds back.
    """

    opening: str = ""
    reading: str = "true"


@dataclass(frozen=True)
class RegistryImage:
    """A container image made from a base image of a registry. `packages` are installed beside the cluster's.

    `install` are the words before the packages, `clean` is a command that removes what the installation left.
    """

    reference: str
    packages: tuple[str, ...]
    install: str
    clean: str


@dataclass(frozen=True)
class BootstrapImage:
    """A container image made from the packages of a suite by mmdebstrap(1). `packages` come beside the cluster's."""

    suite: str
    packages: tuple[str, ...]


@dataclass(frozen=True)
class Platform:
    """One system: its packages, services and agents, and the words of its tools.

    `rank` is its place in lists for people. `agents` maps a resource's kind (address, web) to the agent that serves
    it. `boxes` maps a Vagrant provider to the box; `image` is None where there is no container of the system.
    """

    name: str
    title: str
    rank: int
    corosync: CorosyncGeneration
    pcs: PcsGeneration
    packages: tuple[str, ...]
    package_manager: PackageManager
    services: ServiceManager
    host_name: HostName
    packet_filter: PacketFilter
    agents: Mapping[str, str]
    web_service: str
    web_process: str
    boxes: Mapping[str, str]
    image: RegistryImage | BootstrapImage | None = None
    repository: str = ""
    """A shell text that makes the cluster's packages installable; changes nothing the second time."""
    firewall: Firewall = Firewall()
    default_for: tuple[Use, ...] = ()
    """Where `platform: auto` may mean this system (see `registry.automatic`)."""
    cluster_services: tuple[str, ...] = ("corosync", "pacemaker")
    """In start order."""
    cluster_process: str = "pacemakerd"
    """The process that shows that pacemaker runs."""
    ssh_key_type: str = "ed25519"
    """The type of root's key (ssh-keygen(1), -t)."""
    web_include: str = "/etc/httpd/conf.d"
    """The web server reads every *.conf in here."""
    docroot: str = "/var/www/html"
    cluster_log: str = "/var/log/cluster/corosync.log"
    pacemaker_log: str = "/var/log/pacemaker/pacemaker.log"
    """PCMK_logfile's default from pacemaker 2 on."""

    def __str__(self) -> str:
        return self.name

    @property
    def index(self) -> str:
        """The web page that names the node (walkthrough step 7)."""
        return f"{self.docroot}/index.html"

    @property
    def knows_two_node(self) -> bool:
        """Its corosync has votequorum with `two_node` (votequorum(5)); the plugin of 1.4 counts votes itself."""
        return self.corosync != "1.4"

    @property
    def has_nodelist(self) -> bool:
        """Its corosync.conf lists the nodes with their ids; 1.4 makes an id from the node's address."""
        return self.corosync != "1.4"

    @property
    def uses_multicast(self) -> bool:
        """Its corosync sends to a multicast address (corosync.conf(5), mcastaddr); from corosync 3 on knet does not."""
        return self.corosync == "1.4"

    @property
    def measures_links(self) -> bool:
        """Its corosync measures the latency of each link (knet; corosync-cmapctl(8), stats.knet)."""
        return self.corosync != "1.4"

    def missing(self, answer: str) -> tuple[str, ...]:
        """Give the packages that an answer of the package manager's `query` does not show as installed."""
        installed = self.package_manager.installed(answer)
        return tuple(name for name in self.packages if name not in installed)
