"""libvirt: virtual machines of KVM or qemu, with virsh. Sources: virsh(1), the documentation of vagrant-libvirt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from types import MappingProxyType

from inventory.host.command import Output
from inventory.host.facts import HostFacts, access
from inventory.host.finding import Finding, install
from inventory.host.requirements import Say
from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.providers.base import LabFolder, PowerCommands, PowerState, VagrantSettings
from inventory.providers.virtual_machines import VirtualMachines, plugin_finding

SOCKETS = ("/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock")
KVM = "/dev/kvm"
AUTO, EMULATION = "auto", "qemu"
SLOW = "a boot takes 2 to 5 minutes, and each command about ten times as long as with KVM"
EMULATED = 10.0
"""The cost of emulation, for people and as a factor: docs/results/vm.md has what was measured."""
VIRSH = ("virsh", "-c", "qemu:///system")

STATES: Mapping[str, PowerState] = MappingProxyType(
    {
        "running": "running",
        "idle": "running",
        "in shutdown": "running",
        "paused": "paused",
        "shut off": "off",
        "crashed": "off",
    }
)


@dataclass(frozen=True)
class LibvirtFacts:
    """Whether this user can use the daemon's socket and /dev/kvm: ok, denied, absent."""

    socket: str = "absent"
    kvm: str = "absent"


class Libvirt(VirtualMachines):
    """libvirt."""

    name, title, rank, program, plugin = "libvirt", "libvirt", 30, "virsh", "vagrant-libvirt"
    interfaces = "virbr"
    reserved = (IPv4Network("192.168.121.0/24"),)  # the default management network of vagrant-libvirt
    listing = (*VIRSH, "list", "--all", "--uuid", "--name")
    listed = re.compile(r"(?P<id>\S+)\s+(?P<name>\S+)")
    removing = (
        (*VIRSH, "destroy", "{id}"),
        (*VIRSH, "undefine", "--managed-save", "--snapshots-metadata", "--remove-all-storage", "{id}"),
    )
    power = PowerCommands(
        power_off=(*VIRSH, "destroy", "{id}"),
        freeze=(*VIRSH, "suspend", "{id}"),
        thaw=(*VIRSH, "resume", "{id}"),
        state=(*VIRSH, "domstate", "{id}"),
    )

    def parse_state(self, said: Output, id_: str) -> PowerState | None:
        """See Provider. Source: virsh(1), "domstate"."""
        if not said.good:
            return "missing" if "failed to get domain" in said.err else None
        return STATES.get(said.out.strip())

    def read(self, lab: Lab) -> LibvirtFacts:
        """See Requirements."""
        return LibvirtFacts(access(*SOCKETS), access(KVM))

    def findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """See Requirements."""
        own: LibvirtFacts = facts.of_providers[self.name]
        if own.socket == "ok":
            yield Finding("libvirt", "ok", "libvirt's socket can be used")
        elif own.socket == "denied":
            remedy = 'sudo usermod -aG libvirt "$USER" && newgrp libvirt'
            yield Finding("libvirt", "bad", "this user may not use libvirt's socket", remedy)
        else:
            remedy = f"{install(facts, 'libvirt-daemon-system')} && sudo systemctl enable --now libvirtd"
            yield Finding("libvirt", "bad", "libvirt's daemon does not run", remedy)
        yield _kvm(own, lab)
        yield plugin_finding(facts, self.plugin)

    def slowness(self, facts: HostFacts, lab: Lab) -> float:
        """See Requirements."""
        own: LibvirtFacts = facts.of_providers[self.name]
        emulated = own.kvm != "ok" if lab.machine.driver == AUTO else lab.machine.driver == EMULATION
        return EMULATED if emulated else 1.0

    def interface_remedy(self, interface: str) -> str:
        """See Requirements."""
        remedy = "virsh net-list --all   # then: virsh net-destroy NAME"
        return remedy if interface.startswith(self.interfaces) else ""

    def prepare(self, folder: LabFolder, platform: Platform, public_key: str, say: Say) -> VagrantSettings:
        """See Provider."""
        settings = super().prepare(folder, platform, public_key, say)
        if settings.provider["driver"] == EMULATION:
            say(f"The machines are emulated by qemu: {SLOW}.")
        return settings

    def machine(self, lab: Lab) -> dict[str, object]:
        """See VirtualMachines."""
        return {**super().machine(lab), "driver": driver(lab)}

    def network(self, folder: LabFolder, network: IPv4Network) -> dict[str, object]:
        """See VirtualMachines."""
        return {
            "libvirt__netmask": str(network.netmask),
            "libvirt__network_name": folder.network,
            "libvirt__dhcp_enabled": False,
        }


def _kvm(own: LibvirtFacts, lab: Lab) -> Finding:
    """Judge /dev/kvm: without it the machines are emulated, or cannot start where lab.yaml wants the driver kvm."""
    if lab.machine.driver == EMULATION:
        return Finding("kvm", "ok", f"lab.yaml wants emulation by qemu: {SLOW}")
    if own.kvm == "ok":
        return Finding("kvm", "ok", f"{KVM} can be used")
    denied = own.kvm == "denied"
    found = f"this user may not use {KVM}" if denied else f"no {KVM}"
    join, load = (
        'sudo usermod -aG kvm "$USER" && newgrp kvm',
        "sudo modprobe kvm_intel || sudo modprobe kvm_amd",
    )
    remedy = join if denied else load
    if lab.machine.driver == AUTO:
        return Finding("kvm", "warn", f"{found}: the machines are emulated by qemu; {SLOW}", remedy)
    return Finding("kvm", "bad", f"{found}, which the driver kvm of lab.yaml needs", remedy)


def driver(lab: Lab) -> str:
    """The driver of the machines: lab.yaml's; for "auto" kvm where this user can use /dev/kvm, else emulation."""
    if lab.machine.driver != AUTO:
        return lab.machine.driver
    return "kvm" if access(KVM) == "ok" else EMULATION


PROVIDER = Libvirt()
