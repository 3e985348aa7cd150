"""Debian. It has the cluster stack of CentOS Stream 9; a package starts its service when it is installed."""

from __future__ import annotations

from types import MappingProxyType

from inventory.platforms.base import BootstrapImage, Platform
from inventory.platforms.boxes import Box
from inventory.platforms.host_names import HostNameFile
from inventory.platforms.package_managers import Apt
from inventory.platforms.packet_filters import Nft
from inventory.platforms.service_managers import Systemd

DEBIAN12 = Platform(
    name="debian12",
    title="Debian 12 (bookworm)",
    rank=10,
    corosync="3",
    pcs="0.11",
    packages=(
        *("corosync", "pacemaker", "pacemaker-cli-utils", "pcs", "resource-agents", "apache2"),
        *("net-tools", "nftables", "iproute2", "iputils-arping", "procps", "curl"),
        *("openssh-server", "openssh-client", "sudo"),
    ),
    package_manager=Apt(),
    services=Systemd(),
    host_name=HostNameFile(),
    packet_filter=Nft(),
    agents=MappingProxyType({"address": "ocf:heartbeat:IPaddr", "web": "lsb:apache2"}),
    web_service="apache2",
    web_process="apache2",
    web_include="/etc/apache2/conf-enabled",
    boxes=MappingProxyType(
        {
            "virtualbox": Box("ha-lab/debian12", made_by="./lab box debian12"),
            "libvirt": Box("ha-lab/debian12", made_by="./lab box debian12"),
        }
    ),
    image=BootstrapImage(
        "bookworm",
        (
            *("systemd", "systemd-sysv", "dbus", "openssh-server", "sudo", "python3-minimal", "iputils-ping"),
            *("curl", "ca-certificates"),
        ),
    ),
    default_for=("containers",),
)
