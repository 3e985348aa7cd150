"""libvirt: virtual machines of KVM or qemu, with virsh. Sources: virsh(1), the documentation of vagrant-libvirt."""

from __future__ import annotations

import os
import platform as host
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from types import MappingProxyType

from inventory import waiting
from inventory.errors import MachineError
from inventory.host import command, install
from inventory.host.command import Output
from inventory.host.facts import HostFacts, access, text_of
from inventory.host.finding import Finding
from inventory.host.finding import install as to_install
from inventory.host.requirements import Say
from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.providers import box_formats, libvirt_network, vagrant_boxes
from inventory.providers.base import LabFolder, PowerCommands, PowerState, VagrantSettings, network_name
from inventory.providers.libvirt_network import VIRSH
from inventory.providers.virtual_machines import VirtualMachines, plugin_finding
from inventory.waiting import Clock

SOCKETS = ("/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock")
KVM = "/dev/kvm"
AUTO, EMULATION = "auto", "qemu"
SLOW = "a boot takes 2 to 5 minutes, and each command about ten times as long as with KVM"
EMULATED = 10.0
"""The cost of emulation, for people and as a factor: docs/results/vm.md has what was measured."""
PACKAGES = {
    "virsh": "libvirt-clients",
    "libvirtd": "libvirt-daemon-system",
    "dnsmasq": "dnsmasq-base",
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "mmdebstrap": "mmdebstrap",
}
"""Debian's packages, by program."""
DAEMONS = ("virtlogd", "libvirtd")
DAEMON_LOG = Path("/var/log/ha-lab-libvirt.log")
X86 = ("x86_64", "i686")
SIMPLE_CPU = {"cpu_mode": "custom", "cpu_model": "qemu64"}
"""For emulation: a boot takes a fifth less time than with libvirt's model of this host, whose AVX is emulated too."""

WITHOUT_KVM = {
    "denied": (f"this user may not use {KVM}", 'sudo usermod -aG kvm "$USER" && newgrp kvm'),
    "absent": (f"no {KVM}", "sudo modprobe kvm_intel || sudo modprobe kvm_amd"),
    "useless": (
        f"{KVM} is here, but the processor has no virtualization (no flag vmx or svm)",
        "grep -c -w -E 'vmx|svm' /proc/cpuinfo   # 0: enable it in the firmware or hypervisor",
    ),
}
"""By what `kvm` gives: what was found, and the remedy."""

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
    """Whether this user can use the daemon's socket and /dev/kvm: ok, denied, absent; /dev/kvm also: useless."""

    socket: str = "absent"
    kvm: str = "absent"


class Libvirt(VirtualMachines):
    """libvirt. A power cut of this host may damage the machines' disks (disk_driver_opts): they can be made again."""

    name, title, rank, program, plugin = "libvirt", "libvirt", 30, "virsh", "vagrant-libvirt"
    interfaces = "virbr"
    box_format = box_formats.LIBVIRT
    reserved = (IPv4Network("192.168.121.0/24"),)  # the default management network of vagrant-libvirt
    listing = (*VIRSH, "list", "--all", "--uuid", "--name")
    listed = re.compile(r"(?P<id>\S+)\s+(?P<name>\S+)")
    removing = (
        (*VIRSH, "destroy", "{id}"),
        (*VIRSH, "undefine", "--managed-save", "--snapshots-metadata", "--remove-all-storage", "{id}"),
    )
    power = PowerCommands(
        power_off=(*VIRSH, "destroy", "{id}"),
        boot=(*VIRSH, "start", "{id}"),
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
        return LibvirtFacts(access(*SOCKETS), kvm())

    def findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """See Requirements."""
        own: LibvirtFacts = facts.of_providers[self.name]
        if own.socket == "ok":
            yield Finding("libvirt", "ok", "libvirt's socket can be used")
        elif own.socket == "denied":
            remedy = 'sudo usermod -aG libvirt "$USER" && newgrp libvirt'
            yield Finding("libvirt", "bad", "this user may not use libvirt's socket", remedy)
        else:
            remedy = f"{to_install(facts, 'libvirt-daemon-system')} && sudo systemctl enable --now libvirtd"
            yield Finding("libvirt", "bad", "libvirt's daemon does not run", remedy)
        yield _kvm(own, lab)
        yield plugin_finding(facts, self.plugin, self.plugin)

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
        libvirt_network.ensure(folder.network, folder.bridge, folder.lab.network)
        settings = super().prepare(folder, platform, public_key, say)
        # Two folders of the same name are two labs; on Fedora the default is a session without networks of its own.
        settings.provider.update(default_prefix=f"{folder.network}-", qemu_use_session=False)
        if settings.provider["driver"] == EMULATION:
            say(f"The machines are emulated by qemu: {SLOW}.")
        return settings

    def is_own(self, interface: str, bridge: str) -> bool:
        """See Requirements. A bridge virbrN belongs to another network of libvirt."""
        return interface == bridge

    def release(self, home: Path) -> None:
        """See Provider."""
        libvirt_network.remove(network_name(home))

    def packages(self) -> tuple[str, ...]:
        """See Requirements. Raises MachineError where Vagrant is not Debian's: it needs a plugin of its own."""
        wanted = install.missing(PACKAGES)
        if not vagrant_boxes.has_plugin(self.plugin):
            if vagrant_boxes.is_foreign():
                raise MachineError(
                    f"Vagrant has no plugin {self.plugin}.", hint=f"vagrant plugin install {self.plugin}"
                )
            wanted |= {self.plugin}
        return tuple(sorted(wanted))

    def start(self, say: Say, clock: Clock) -> None:
        """See Requirements."""
        if _answers():
            return
        if Path("/run/systemd/system").is_dir():
            say("Starting libvirt: systemctl start libvirtd")
            command.as_root(["systemctl", "start", "libvirtd"], "systemctl start libvirtd")
        elif os.geteuid() == 0:
            say(f"Starting libvirt without systemd: {', '.join(DAEMONS)}, log in {DAEMON_LOG}")
            for daemon in DAEMONS:
                command.start([daemon], DAEMON_LOG)
        else:
            raise MachineError(
                "libvirt does not answer, and only root can start it here.",
                hint="./lab doctor --provider libvirt says what is missing.",
            )
        hint = 'This user may need the group: sudo usermod -aG libvirt "$USER" && newgrp libvirt'
        waiting.until(_answers, bool, "libvirt answers", deadline=60, clock=clock, hint=hint)

    def machine(self, lab: Lab) -> dict[str, object]:
        """See VirtualMachines."""
        chosen = driver(lab)
        attributes = {**super().machine(lab), "driver": chosen, "disk_driver_opts": {"cache": "unsafe"}}
        return attributes | (SIMPLE_CPU if chosen == EMULATION else {})

    def network(self, folder: LabFolder, network: IPv4Network) -> dict[str, object]:
        """See VirtualMachines."""
        return {
            "libvirt__netmask": str(network.netmask),
            "libvirt__network_name": folder.network,
            "libvirt__dhcp_enabled": False,
            "libvirt__forward_mode": "none",
            "libvirt__always_destroy": False,  # `release` removes the network
        }


def _kvm(own: LibvirtFacts, lab: Lab) -> Finding:
    """Judge /dev/kvm: without it the machines are emulated, or cannot start where lab.yaml wants the driver kvm."""
    if lab.machine.driver == EMULATION:
        return Finding("kvm", "ok", f"lab.yaml wants emulation by qemu: {SLOW}")
    if own.kvm == "ok":
        return Finding("kvm", "ok", f"{KVM} can be used")
    found, remedy = WITHOUT_KVM[own.kvm]
    if lab.machine.driver == AUTO:
        return Finding("kvm", "warn", f"{found}: the machines are emulated by qemu; {SLOW}", remedy)
    return Finding("kvm", "bad", f"{found}, which the driver kvm of lab.yaml needs", remedy)


def kvm() -> str:
    """Whether machines can run with KVM: ok, denied, absent, or useless.

    /dev/kvm is useless where the processor has no virtualization for it: in many virtual machines, and with kernels
    that have it for guests of their own kind only. Source: proc_cpuinfo(5), the flags vmx and svm.
    """
    found = access(KVM)
    if found != "ok" or host.machine() not in X86:
        return found
    flags = set((text_of(Path("/proc/cpuinfo")) or "").split())
    return "ok" if flags & {"vmx", "svm"} else "useless"


def _answers() -> bool:
    return command.run([*VIRSH, "version"], deadline=20).good


def driver(lab: Lab) -> str:
    """The driver of the machines: lab.yaml's; for "auto" kvm where machines can run with it, else emulation."""
    if lab.machine.driver != AUTO:
        return lab.machine.driver
    return "kvm" if kvm() == "ok" else EMULATION


PROVIDER = Libvirt()
