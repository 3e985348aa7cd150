"""The systems that the lab runs on, as data: what is called what, and which commands each understands.

Sources: the distributions' own packages, `pcs --version` on each, and the table of CentOS boxes in docs.
Everything here is a value; the scripts are texts for a node's POSIX shell and need no Python there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from inventory.errors import ConfigError

Family = Literal["debian", "redhat"]
Init = Literal["systemd", "sysv"]
CorosyncGeneration = Literal["1.4", "3"]
PcsGeneration = Literal["0.9.26", "0.9", "0.10", "0.11", "0.12"]
Action = Literal["start", "stop", "restart", "status", "enable", "disable", "is-enabled"]


@dataclass(frozen=True)
class Platform:
    """One system: names of its packages, services and agents, and its few scripts.

    `agents` maps a resource's kind (address, web) to the agent that serves it. `repository` and
    `firewall` are idempotent shell texts, empty where nothing is to be done. `boxes` maps a Vagrant
    provider to the box; `image` is the docker image of a registry, None where the lab makes its own.
    """

    name: str
    title: str
    family: Family
    init: Init
    corosync: CorosyncGeneration
    pcs: PcsGeneration
    packages: tuple[str, ...]
    agents: Mapping[str, str]
    web_service: str
    web_process: str
    boxes: Mapping[str, str]
    repository: str = ""
    firewall: str = ""
    image: str | None = None
    packet_filter: Literal["nft", "iptables"] = "nft"
    cluster_process: str = "pacemakerd"
    """The process that says pacemaker runs: corosync 1.4's plugin starts the daemons with no pacemakerd over them."""
    web_include: str = "/etc/httpd/conf.d"
    """The web server reads every *.conf in here."""
    docroot: str = "/var/www/html"
    cluster_log: str = "/var/log/cluster/corosync.log"
    pacemaker_log: str = "/var/log/pacemaker/pacemaker.log"
    """PCMK_logfile's default from pacemaker 2 on; corosync 1.4's plugin writes into corosync's own log."""

    @property
    def index(self) -> str:
        """The web page that names the node (walkthrough step 7)."""
        return f"{self.docroot}/index.html"


CENTOS9_REPOSITORY = """\
set -e
dnf -q repolist --enabled | grep -q '^highavailability' && exit 0
dnf -q -y install dnf-plugins-core
dnf -q config-manager --set-enabled highavailability
"""

# The mirror list of CentOS 6 is gone, and its TLS is too old for https.
CENTOS6_REPOSITORY = """\
set -e
sed -i -e 's|^mirrorlist=|#mirrorlist=|' \\
  -e 's|^#* *baseurl=https*://[^/]*/\\(centos/\\)*[^/]*/|baseurl=http://vault.centos.org/6.4/|' \\
  /etc/yum.repos.d/CentOS-Base.repo
"""

# firewalld's service high-availability: udp 5404 and 5405, tcp 2224, 3121, 5403, 21064.
CENTOS9_FIREWALL = """\
set -e
firewall-cmd --state >/dev/null 2>&1 || exit 0
for name in high-availability http; do
  firewall-cmd -q --permanent --query-service="$name" && firewall-cmd -q --query-service="$name" && continue
  firewall-cmd -q --permanent --add-service="$name"
  firewall-cmd -q --add-service="$name"
done
"""

# iptables 1.4.7 has no --check, so its own listing is asked. igmp: corosync 1.4 talks multicast.
CENTOS6_FIREWALL = """\
set -e
service iptables status >/dev/null 2>&1 || exit 0
changed=
allow() {
  want=$1; shift
  iptables-save | grep -q -e "^-A INPUT $want -j ACCEPT" && return
  iptables -I INPUT "$@" -j ACCEPT
  changed=yes
}
allow '-p udp .*--dport 5404:5405' -p udp -m udp --dport 5404:5405
allow '-p tcp .*--dport 80' -p tcp -m tcp --dport 80
allow '-p igmp' -p igmp
[ -z "$changed" ] || service iptables save
"""

DEBIAN12 = Platform(
    name="debian12",
    title="Debian 12 (bookworm)",
    family="debian",
    init="systemd",
    corosync="3",
    pcs="0.11",
    packages=(
        *("corosync", "pacemaker", "pacemaker-cli-utils", "pcs", "resource-agents", "apache2"),
        *("net-tools", "nftables", "iproute2", "iputils-arping", "procps", "curl"),
        *("openssh-server", "openssh-client", "sudo"),
    ),
    agents=MappingProxyType({"address": "ocf:heartbeat:IPaddr", "web": "lsb:apache2"}),
    web_service="apache2",
    web_process="apache2",
    web_include="/etc/apache2/conf-enabled",
    boxes=MappingProxyType(
        {
            "virtualbox": "bento/debian-12",
            "libvirt": "generic/debian12",
            "vmware_desktop": "bento/debian-12",
        }
    ),
)

CENTOS9 = Platform(
    name="centos9",
    title="CentOS Stream 9",
    family="redhat",
    init="systemd",
    corosync="3",
    pcs="0.11",
    # No curl here: the container image has curl-minimal, which conflicts with it.
    packages=(
        *("corosync", "pacemaker", "pcs", "resource-agents", "httpd", "nftables"),
        *("iproute", "iputils", "procps-ng", "openssh-server", "openssh-clients", "sudo"),
    ),
    agents=MappingProxyType({"address": "ocf:heartbeat:IPaddr2", "web": "systemd:httpd"}),
    web_service="httpd",
    web_process="httpd",
    boxes=MappingProxyType(
        {
            "virtualbox": "bento/centos-stream-9",
            "libvirt": "generic/centos9s",
            "vmware_desktop": "bento/centos-stream-9",
        }
    ),
    repository=CENTOS9_REPOSITORY,
    firewall=CENTOS9_FIREWALL,
    image="quay.io/centos/centos:stream9",
)

CENTOS6 = Platform(
    name="centos6",
    title="CentOS 6.4, as the document has it",
    family="redhat",
    init="sysv",
    corosync="1.4",
    pcs="0.9.26",
    packages=(
        *("corosync", "pacemaker", "pcs", "resource-agents", "httpd", "net-tools", "iptables"),
        *("iproute", "iputils", "procps", "curl", "openssh-server", "openssh-clients", "sudo"),
    ),
    agents=MappingProxyType({"address": "ocf:heartbeat:IPaddr", "web": "lsb:httpd"}),
    web_service="httpd",
    web_process="httpd",
    packet_filter="iptables",
    cluster_process="crmd",
    pacemaker_log="/var/log/cluster/corosync.log",
    boxes=MappingProxyType(
        {
            "virtualbox": "bento/centos-6.10",
            "libvirt": "generic/centos6",
            "vmware_desktop": "bento/centos-6.10",
        }
    ),
    repository=CENTOS6_REPOSITORY,
    firewall=CENTOS6_FIREWALL,
)

PLATFORMS: Mapping[str, Platform] = MappingProxyType({p.name: p for p in (DEBIAN12, CENTOS9, CENTOS6)})


def platform(name: str) -> Platform:
    """Give the platform of that name; ConfigError names those there are."""
    try:
        return PLATFORMS[name]
    except KeyError:
        raise ConfigError(
            f"platform: {name!r} is none of the lab's systems", hint=f"one of: {', '.join(PLATFORMS)}"
        ) from None


def service(platform: Platform, action: Action, unit: str) -> tuple[str, ...]:
    """Build the argv of an action on a service: systemctl(1), or chkconfig(8) and its companion.

    Status exits 0 when the service runs and 3 when it does not, on both. ConfigError on another action.
    """
    if action not in get_args(Action):
        raise ConfigError(
            f"no such service action: {action!r}", hint=f"one of: {', '.join(get_args(Action))}"
        )
    if platform.init == "systemd":
        return ("systemctl", *(("--no-pager",) if action == "status" else ()), action, unit)
    if action == "is-enabled":
        return ("chkconfig", "--list", unit)
    if action in ("enable", "disable"):
        return ("chkconfig", unit, "on" if action == "enable" else "off")
    return ("service", unit, action)


def cluster_services(platform: Platform) -> tuple[str, ...]:
    """Give the cluster's services in start order; corosync 1.4 starts pacemaker itself (ver: 0)."""
    return ("corosync",) if platform.corosync == "1.4" else ("corosync", "pacemaker")


def install(platform: Platform, packages: tuple[str, ...]) -> tuple[str, ...]:
    """Build the argv that installs packages without asking."""
    if platform.family == "debian":
        noninteractive = ("env", "DEBIAN_FRONTEND=noninteractive")
        return (*noninteractive, "apt-get", "-q", "-y", "--no-install-recommends", "install", *packages)
    return ("yum" if platform.init == "sysv" else "dnf", "-q", "-y", "install", *packages)


def query(platform: Platform, packages: tuple[str, ...]) -> tuple[str, ...]:
    """Build the argv that prints `NAME installed` for each package that is; see `missing`."""
    if platform.family == "debian":
        return ("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", *packages)
    return ("rpm", "-q", "--qf", "%{NAME} installed\\n", *packages)


def missing(platform: Platform, answer: str) -> tuple[str, ...]:
    """Give the platform's packages that an answer of `query` does not name as installed."""
    have = {words[0] for line in answer.splitlines() if (words := line.split())[1:] == ["installed"]}
    return tuple(name for name in platform.packages if name not in have)


def enabled_reading(platform: Platform, unit: str) -> str:
    """Give a shell text that prints `enabled` when a service starts at boot."""
    if platform.init == "systemd":
        return f"systemctl is-enabled {unit} 2>/dev/null | grep -x enabled"
    return f"chkconfig --list {unit} 2>/dev/null | grep -q 3:on && echo enabled"


def revived_reading(platform: Platform, unit: str) -> str:
    """Give a shell text that prints `yes` when the init system itself starts a killed service anew."""
    shown = restart_shown(platform, unit)
    return f"{shown} | grep -q '^Restart=[^n]' && echo yes" if shown else "true"


def restart_shown(platform: Platform, unit: str) -> str:
    """Give the command that shows what the init system does when a service was killed; "" where it does nothing."""
    return f"systemctl show -p Restart {unit}" if platform.init == "systemd" else ""


def revival(unit: str, restart: str) -> str:
    """Give a shell text that says what systemd does when a service was killed (systemd.service(5), Restart=)."""
    folder = f"/etc/systemd/system/{unit}.service.d"
    text = f"[Service]\\nRestart={restart}\\n"
    return f"mkdir -p {folder} && printf '{text}' > {folder}/ha-lab.conf && systemctl daemon-reload"


def firewall_reading(platform: Platform) -> str:
    """Give a shell text that prints a line for each thing a running firewall does not let through."""
    if not platform.firewall:
        return "true"
    if platform.init == "systemd":
        return (
            "firewall-cmd --state >/dev/null 2>&1 && for s in high-availability http; do"
            " firewall-cmd -q --query-service=$s || echo $s; done"
        )
    return (
        "service iptables status >/dev/null 2>&1 && for p in 5404:5405 80; do"
        ' iptables-save | grep -q -e "--dport $p -j ACCEPT" || echo $p; done'
    )


def name_script(platform: Platform, name: str) -> str:
    """Give a shell text that names a node now and for its next boots (walkthrough step 1)."""
    keep = (
        f"sed -i 's/^HOSTNAME=.*/HOSTNAME={name}/' /etc/sysconfig/network"
        if platform.init == "sysv"
        else f"echo {name} > /etc/hostname"
    )
    return f"hostname {name} && {keep}"


def name_reading(platform: Platform) -> str:
    """Give a shell text that prints the name of the next boot."""
    return "sed -n s/^HOSTNAME=//p /etc/sysconfig/network" if platform.init == "sysv" else "cat /etc/hostname"


def key_type(platform: Platform) -> str:
    """Give the ssh key type of root's key; OpenSSH 5.3 of CentOS 6 has no ed25519."""
    return "rsa" if platform.init == "sysv" else "ed25519"
