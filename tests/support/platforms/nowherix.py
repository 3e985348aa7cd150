"""A made-up system, in one file: what somebody would write to add one (see test_made_up.py).

It has an init system, a package manager, a firewall and a host name file of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType

from inventory.platforms.base import (
    Argv,
    Firewall,
    HostName,
    Platform,
    ServiceAction,
    ServiceManager,
)
from inventory.platforms.boxes import Box
from inventory.platforms.images import BootstrapImage
from inventory.platforms.package_manager import PackageManager
from inventory.platforms.packet_filters import Iptables


class Runit(ServiceManager):
    """sv(8)."""

    name, restarts_killed = "runit", True

    def _argv(self, action: ServiceAction, unit: str) -> Argv:
        return ("sv-manager", action, unit)

    def enabled_reading(self, unit: str) -> str:
        return f"[ -e /var/service/{unit} ] && echo enabled"

    def restart_command(self, unit: str) -> str:
        return f"cat /etc/sv/{unit}/restart"

    def restarted_reading(self, unit: str) -> str:
        return f"grep -q always /etc/sv/{unit}/restart && echo yes"

    def set_restart(self, unit: str, restart: str) -> str:
        return f"echo {restart} > /etc/sv/{unit}/restart"

    def active(self, units: Collection[str]) -> Argv:
        return tuple(f"sv check {unit}" for unit in units)

    def forget_failures(self, units: Collection[str]) -> str:
        return f"sv once {' '.join(units)}"


class Nopkg(PackageManager):
    """A package manager that answers in a form of its own."""

    refresh = ("nopkg", "sync")

    def install(self, packages: Collection[str]) -> Argv:
        return ("nopkg", "add", *packages)

    def query(self, packages: Collection[str]) -> Argv:
        return ("nopkg", "list")

    def verify(self, package: str) -> Argv:
        return ("nopkg", "compare", package)

    def reinstall(self, package: str) -> Argv:
        return ("nopkg", "add", "--again", package)

    def installed(self, answer: str) -> frozenset[str]:
        return frozenset(answer.replace("+", " ").split())


class NameFile(HostName):
    """/etc/HOSTNAME."""

    reading = "cat /etc/HOSTNAME"

    def keep(self, name: str) -> str:
        return f"echo {name} > /etc/HOSTNAME"


NOWHERIX = Platform(
    name="nowherix1",
    title="Nowherix 1",
    rank=5,
    corosync="3",
    pcs="0.12",
    pacemaker="3.0.0",
    packages=("corosync", "pacemaker", "pcs", "tinyweb"),
    package_manager=Nopkg(),
    services=Runit(),
    host_name=NameFile(),
    packet_filter=Iptables(),
    agents=MappingProxyType({"address": "ocf:heartbeat:IPaddr2", "web": "ocf:nowhere:tinyweb"}),
    web_service="tinyweb",
    web_process="tinywebd",
    boxes=MappingProxyType(
        {"libvirt": Box("nowhere/nowherix1", "https://boxes.example.org/1.box", "0" * 64)}
    ),
    image=BootstrapImage("nowhere", ("runit", "openssh-server")),
    repository="nopkg trust cluster",
    firewall=Firewall("nowall open cluster", "nowall closed"),
    cluster_services=("corosync", "pacemaker-daemon"),
    cluster_process="pacemaker-main",
    ssh_key_type="ecdsa",
    docroot="/srv/web",
    web_include="/etc/tinyweb.d",
)
