"""CentOS Stream 9: systemd, firewalld; the cluster's packages are in a repository that is off by default."""

from __future__ import annotations

from types import MappingProxyType

from inventory.platforms.base import Platform
from inventory.platforms.boxes import Box
from inventory.platforms.firewalls import FIREWALLD
from inventory.platforms.host_names import HostNameFile
from inventory.platforms.images import RegistryImage
from inventory.platforms.package_managers import WITHOUT_WEAK, Rpm
from inventory.platforms.packet_filters import Nft
from inventory.platforms.service_managers import Systemd
from inventory.platforms.service_times import HTTPD
from inventory.remote.script import script

IMAGES = "https://cloud.centos.org/centos/9-stream/x86_64/images"
LATEST = "CentOS-Stream-Vagrant-9-latest.x86_64"
"""CentOS replaces these files with each build, so their checksums change too."""

IMAGE = RegistryImage(
    "quay.io/centos/centos:stream9",
    ("systemd", "dbus", "openssh-server", "openssh-clients", "sudo", "iputils", "curl", "util-linux"),
    install=f"dnf -q -y {WITHOUT_WEAK} install --allowerasing",
    clean="dnf clean all",
)

CENTOS9 = Platform(
    name="centos9",
    title="CentOS Stream 9",
    rank=20,
    corosync="3",
    pcs="0.11",
    pacemaker="2.1.10",
    # No curl here: the container image has curl-minimal, which conflicts with it.
    packages=(
        *("corosync", "pacemaker", "pcs", "resource-agents", "httpd", "nftables"),
        *("iproute", "iputils", "procps-ng", "hostname", "openssh-server", "openssh-clients", "sudo"),
    ),
    package_manager=Rpm("dnf", WITHOUT_WEAK),
    services=Systemd(),
    host_name=HostNameFile(),
    packet_filter=Nft(),
    agents=MappingProxyType({"address": "ocf:heartbeat:IPaddr2", "web": "systemd:httpd"}),
    fencing_packages=("fence-agents-ipmilan", "ipmitool"),
    qdevice_packages=("corosync-qdevice",),
    witness_packages=("corosync-qnetd",),
    web_service="httpd",
    web_process="httpd",
    boxes=MappingProxyType(
        {
            "virtualbox": Box("centos/stream9", f"{IMAGES}/{LATEST}.vagrant-virtualbox.box"),
            "libvirt": Box("centos/stream9", f"{IMAGES}/{LATEST}.vagrant-libvirt.box"),
        }
    ),
    image=IMAGE,
    repository=script(__package__, "centos9_repository"),
    firewall=FIREWALLD,
    default_for=("containers", "machines"),
    times=HTTPD,
    vagrant=(2, 3, 3),  # its sshd refuses ssh-rsa signatures with SHA-1; from 2.3.3 on Vagrant has net-ssh 7
)
