"""The classes of a platform: the data of one operating system, and the commands in which systems differ.

Nothing here runs a command. Scripts are texts for a node's POSIX shell, and need no Python on the node.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from inventory.errors import ConfigError
from inventory.platforms.boxes import BootstrapBox, Box
from inventory.platforms.event_sources import CURRENT_EVENTS, EventSources
from inventory.platforms.images import BootstrapImage, RegistryImage
from inventory.platforms.node_tools import CURRENT, NodeTools
from inventory.platforms.package_manager import PackageManager
from inventory.platforms.service_times import DEFAULT_TIMES, ServiceTimes

CorosyncGeneration = Literal["1.4", "3"]
PcsGeneration = Literal["0.9.26", "0.9", "0.10", "0.11", "0.12"]
ServiceAction = Literal["start", "stop", "restart", "status", "enable", "disable", "is-enabled"]
SERVICE_ACTIONS = get_args(ServiceAction)
NodeKind = Literal["containers", "machines"]
Argv = tuple[str, ...]


class ServiceManager(ABC):
    """The commands of an init system for a service (a unit or an init script)."""

    name: str
    """Its name for people."""
    restarts_killed: bool
    """It can be configured to restart a killed service."""

    def command(self, action: ServiceAction, unit: str) -> Argv:
        """Build the argv of an action on a service.

        `status` exits 0 when the service runs and 3 when it does not. Raises ConfigError on an unknown action.

        >>> Systemd().command("stop", "corosync")
        ('systemctl', 'stop', 'corosync')
        """
        if action not in SERVICE_ACTIONS:
            raise ConfigError(
                f"no such service action: {action!r}", hint=f"one of: {', '.join(SERVICE_ACTIONS)}"
            )
        return self._argv(action, unit)

    @abstractmethod
    def _argv(self, action: ServiceAction, unit: str) -> Argv: ...

    @abstractmethod
    def enabled_reading(self, unit: str) -> str:
        """Give a shell text that prints `enabled` when the service starts at boot."""

    @abstractmethod
    def restart_command(self, unit: str) -> str:
        """Give the command that shows whether a killed service is restarted; "" where it never is."""

    @abstractmethod
    def restarted_reading(self, unit: str) -> str:
        """Give a shell text that prints `yes` when a killed service is restarted."""

    @abstractmethod
    def set_restart(self, unit: str, restart: str) -> str:
        """Give a shell text that sets whether a killed service is restarted (systemd.service(5), Restart=).

        Raises ConfigError where `restarts_killed` is False.
        """

    def unfit_reading(self, unit: str) -> str:
        """Give a shell text that prints one line for each reason why the service cannot be started as installed."""
        return "true"

    @abstractmethod
    def active(self, units: Collection[str]) -> Argv:
        """Give one shell condition for each service: it runs, or at least is not stopping."""

    @abstractmethod
    def forget_failures(self, units: Collection[str]) -> str:
        """Give a shell text that allows the start of services that failed too often; "" where it is not needed."""


class PacketFilter(ABC):
    """The kernel's packet filter and the program that configures it.

    `label` is a name for the lab's own rules, such as "ha_lab", by which they are found and removed together.
    """

    name: str
    """The program: nft, iptables. Names of scripts that drop packets end with it (drill/faults/scripts)."""
    rules: str
    """The command that prints all rules."""

    @abstractmethod
    def title(self, label: str) -> str:
        """Give a name for people to the table or chains of the lab's own rules."""

    @abstractmethod
    def places(self, label: str) -> Mapping[str, str]:
        """Name the tables or chains of the lab's own rules, as parameters of the scripts that drop packets."""

    @abstractmethod
    def drop_incoming(self, source: str, port: int, label: str, protocol: str = "udp") -> str:
        """Give a shell text that drops incoming packets of a protocol from an address or network to a port."""

    @abstractmethod
    def undo_drop(self, source: str, port: int, label: str, protocol: str = "udp") -> str:
        """Give a shell text that removes what `drop_incoming` set, if it is there."""


class HostName(ABC):
    """Where a node stores its host name for the next boot."""

    reading: str
    """A shell text that prints the host name for the next boot."""

    @abstractmethod
    def keep(self, name: str) -> str:
        """Give a shell text that stores the host name for the next boot."""

    def set(self, name: str) -> str:
        """Give a shell text that sets the host name, now and for the next boots (walkthrough step 1)."""
        return f"hostname {name} && {self.keep(name)}"


@dataclass(frozen=True)
class Firewall:
    """The firewall of a system, as shell texts; the defaults are for a system without a firewall.

    `opening` allows the packets of the cluster and the web server, and is safe to repeat. `reading` prints one line for
    each service or port that a running firewall blocks.
    """

    opening: str = ""
    reading: str = "true"


@dataclass(frozen=True)
class Platform:
    """One system: its packages, services and agents, and the commands of its tools.

    `rank` is its place in lists for people. `agents` maps a resource's kind (address, web) to its agent. `boxes` maps
    a Vagrant provider to the box; `image` is None where the system has no container image.
    """

    name: str
    title: str
    rank: int
    corosync: CorosyncGeneration
    pcs: PcsGeneration
    pacemaker: str
    """The release of its packages, by which lab.yaml's properties are judged."""
    packages: tuple[str, ...]
    package_manager: PackageManager
    services: ServiceManager
    host_name: HostName
    packet_filter: PacketFilter
    agents: Mapping[str, str]
    web_service: str
    web_process: str
    boxes: Mapping[str, Box]
    image: RegistryImage | BootstrapImage | None = None
    own_box: BootstrapBox | None = None
    """The recipe of a box that the lab makes itself; None where it has none."""
    repository: str = ""
    """A shell text that enables the repository of the cluster's packages; it is safe to repeat."""
    firewall: Firewall = Firewall()
    tools: NodeTools = CURRENT
    events: EventSources = CURRENT_EVENTS
    """The programs that report changes to the watch of a drill."""
    default_for: tuple[NodeKind, ...] = ()
    """The kinds of nodes for which `platform: auto` may choose this system (see `registry.automatic`)."""
    agents_package: str = "resource-agents"
    """The package of the agents."""
    fencing_packages: tuple[str, ...] = ()
    """The packages of fence_ipmilan(8) and of ipmitool(1), for `fencing: ipmi`; empty where the lab cannot fence."""
    qdevice_packages: tuple[str, ...] = ()
    """What a node needs for a quorum device; none where the lab was never tried with it."""
    witness_packages: tuple[str, ...] = ()
    """What the witness machine needs."""
    tidy: str = ""
    """A shell text that an image runs after its packages are installed: it removes keys that a package made."""
    cluster_services: tuple[str, ...] = ("corosync", "pacemaker")
    """In start order."""
    cluster_process: str = "pacemakerd"
    """The name of the process by which the lab sees that pacemaker runs."""
    ssh_key_type: str = "ed25519"
    """The type of root's ssh key (ssh-keygen(1), -t)."""
    web_include: str = "/etc/httpd/conf.d"
    """The web server reads every *.conf in this directory."""
    web_modules: str = "/etc/httpd/modules"
    """Where the web server has its modules."""
    docroot: str = "/var/www/html"
    cluster_log: str = "/var/log/cluster/corosync.log"
    pacemaker_log: str = "/var/log/pacemaker/pacemaker.log"
    """PCMK_logfile's default from pacemaker 2 on."""

    times: ServiceTimes = DEFAULT_TIMES
    vagrant: tuple[int, ...] = ()
    """The least version of Vagrant whose ssh can log in, where the lab's own minimum is too old."""

    def __str__(self) -> str:
        return self.name

    @property
    def index(self) -> str:
        """The web page that names the node (walkthrough step 7)."""
        return f"{self.docroot}/index.html"

    @property
    def knows_two_node(self) -> bool:
        """Its corosync has votequorum with `two_node` (votequorum(5)); in 1.4 the pacemaker plugin counts the votes."""
        return self.corosync != "1.4"

    @property
    def has_nodelist(self) -> bool:
        """Its corosync.conf lists the nodes with their ids; 1.4 computes the id from the node's address."""
        return self.corosync != "1.4"

    @property
    def uses_multicast(self) -> bool:
        """Its corosync sends to a multicast address (corosync.conf(5), mcastaddr); corosync 3 uses knet, unicast."""
        return self.corosync == "1.4"

    @property
    def measures_links(self) -> bool:
        """Its corosync measures the latency of each link (knet; corosync-cmapctl(8), stats.knet)."""
        return self.corosync != "1.4"

    @property
    def has_old_role_names(self) -> bool:
        """Its pcs takes the roles Master and Slave; from pcs 0.11 on they are Promoted and Unpromoted."""
        return self.pcs in ("0.9.26", "0.9", "0.10")

    def missing(self, answer: str) -> tuple[str, ...]:
        """Give the packages that are not installed, from the output of the package manager's `query`."""
        installed = self.package_manager.installed(answer)
        return tuple(name for name in self.packages if name not in installed)
