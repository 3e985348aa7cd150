"""libvirt: virtual machines of KVM or qemu, with virsh. Sources: virsh(1), the documentation of vagrant-libvirt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from inventory.host.facts import HostFacts, access
from inventory.host.finding import Finding, install
from inventory.model import Lab
from inventory.providers.base import LabFolder, PowerCommands
from inventory.providers.virtual_machines import VirtualMachines, plugin_finding

SOCKETS = ("/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock")
VIRSH = ("virsh", "-c", "qemu:///system")


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
    power = PowerCommands(
        power_off=(*VIRSH, "destroy", "{id}"),
        freeze=(*VIRSH, "suspend", "{id}"),
        thaw=(*VIRSH, "resume", "{id}"),
        frozen=(*VIRSH, "domstate", "{id}"),
    )

    def read(self, lab: Lab) -> LibvirtFacts:
        """See Requirements."""
        return LibvirtFacts(access(*SOCKETS), access("/dev/kvm"))

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
        if own.kvm == "ok":
            yield Finding("kvm", "ok", "/dev/kvm can be used")
        elif own.kvm == "denied":
            remedy = 'sudo usermod -aG kvm "$USER" && newgrp kvm'
            yield Finding("kvm", "bad", "this user may not use /dev/kvm", remedy)
        else:
            remedy = "sudo modprobe kvm_intel || sudo modprobe kvm_amd"
            yield Finding("kvm", "warn", "no /dev/kvm: machines are emulated, ten times slower", remedy)
        yield plugin_finding(facts, self.plugin)

    def interface_remedy(self, interface: str) -> str:
        """See Requirements."""
        remedy = "virsh net-list --all   # then: virsh net-destroy NAME"
        return remedy if interface.startswith(self.interfaces) else ""

    def network(self, folder: LabFolder, network: IPv4Network) -> dict[str, object]:
        """See VirtualMachines."""
        return {
            "libvirt__netmask": str(network.netmask),
            "libvirt__network_name": folder.network,
            "libvirt__dhcp_enabled": False,
        }


PROVIDER = Libvirt()
