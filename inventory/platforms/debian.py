"""Debian. It has the cluster stacks of CentOS 8 to 10; a package starts its service when it is installed.

A release has the stack of one generation of CentOS: Debian 11 of CentOS 8 (pacemaker 2.0, pcs 0.10), Debian 12 of
CentOS Stream 9 (2.1, 0.11), Debian 13 of CentOS Stream 10 (3.0, 0.12).
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from inventory.platforms.base import Platform
from inventory.platforms.boxes import BootstrapBox, Box
from inventory.platforms.host_names import HostNameFile
from inventory.platforms.images import BootstrapImage
from inventory.platforms.package_managers import Apt
from inventory.platforms.packet_filters import Nft
from inventory.platforms.service_managers import Systemd

IN_CONTAINERS = (
    *("systemd", "systemd-sysv", "dbus", "openssh-server", "sudo", "python3-minimal", "iputils-ping"),
    *("curl", "ca-certificates"),
)

DEBIAN12 = Platform(
    name="debian12",
    title="Debian 12 (bookworm)",
    rank=10,
    corosync="3",
    pcs="0.11",
    pacemaker="2.1.5",
    packages=(
        *("corosync", "pacemaker", "pacemaker-cli-utils", "pcs", "resource-agents", "apache2"),
        *("net-tools", "nftables", "iproute2", "iputils-ping", "iputils-arping", "procps", "curl"),
        *("openssh-server", "openssh-client", "sudo"),
    ),
    package_manager=Apt(),
    services=Systemd(),
    host_name=HostNameFile(),
    packet_filter=Nft(),
    agents=MappingProxyType({"address": "ocf:heartbeat:IPaddr", "web": "lsb:apache2"}),
    fencing_packages=("fence-agents", "ipmitool"),
    qdevice_packages=("corosync-qdevice",),
    witness_packages=("corosync-qnetd",),
    web_service="apache2",
    web_process="apache2",
    web_include="/etc/apache2/conf-enabled",
    web_modules="/usr/lib/apache2/modules",
    boxes=MappingProxyType(
        {
            "virtualbox": Box("ha-lab/debian12", made_by="./lab box debian12"),
            "libvirt": Box("ha-lab/debian12", made_by="./lab box debian12"),
        }
    ),
    image=BootstrapImage("bookworm", IN_CONTAINERS),
    own_box=BootstrapBox(
        "bookworm",
        (
            *(
                "linux-image-cloud-amd64",
                "grub-pc-bin",
                "initramfs-tools",
                "systemd",
                "systemd-sysv",
                "udev",
                "dbus",
            ),
            *("openssh-server", "sudo", "ifupdown", "isc-dhcp-client", "iproute2", "ca-certificates"),
        ),
        ("virtio_pci", "virtio_blk", "virtio_net", "virtio_scsi", "ata_piix", "sd_mod", "ext4"),
    ),
    default_for=("containers",),
)
DEBIAN11 = replace(
    DEBIAN12,
    name="debian11",
    title="Debian 11 (bullseye)",
    rank=11,
    pcs="0.10",
    pacemaker="2.0.5",
    boxes=MappingProxyType({}),
    own_box=None,
    # Its security archive loses its packages since the end of its support (2026-08-31), but still lists them.
    image=BootstrapImage("bullseye", IN_CONTAINERS, ("http://deb.debian.org/debian",)),
    default_for=(),
)
DEBIAN13 = replace(
    DEBIAN12,
    name="debian13",
    title="Debian 13 (trixie)",
    rank=12,
    pcs="0.12",
    pacemaker="3.0.0",
    fencing_packages=("fence-agents-ipmilan", "ipmitool"),
    boxes=MappingProxyType({}),
    own_box=None,
    image=BootstrapImage("trixie", IN_CONTAINERS),
    default_for=(),
)
