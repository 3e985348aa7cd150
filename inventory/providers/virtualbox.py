"""VirtualBox: virtual machines, with VBoxManage. Source: the VirtualBox manual, "Networking" and "VBoxManage"."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from pathlib import Path
from types import MappingProxyType

from inventory.host import command
from inventory.host.command import Output
from inventory.host.facts import HostFacts, text_of
from inventory.host.finding import Finding
from inventory.host.requirements import Say
from inventory.host.versions import numbers, version
from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.providers import box_formats
from inventory.providers.base import LabFolder, PowerCommands, PowerState, VagrantSettings
from inventory.providers.virtual_machines import VirtualMachines

RANGES_SINCE = (6, 1, 28)
"""From this version on VirtualBox allows host-only networks only in some ranges (its changelog, 6.1.28)."""
MACOS_IGNORES_RANGES = (7,)
"""From this version on VirtualBox on macOS has networks of another kind, without such ranges (Vagrant 2.3.3)."""
NEEDS_VAGRANT: dict[tuple[int, ...], str] = {
    (6, 1): "2.2.7",
    (7, 0): "2.3.2",
    (7, 1): "2.4.2",
    (7, 2): "2.4.9",
}
"""The first Vagrant that knows a VirtualBox (Vagrant's changelog)."""
DEFAULT_RANGES = ("192.168.56.0/21", "fe80::/10")
"""The allowed ranges without a networks.conf. A new networks.conf must list them too, or they are no longer allowed."""
NETWORKS_CONF = Path("/etc/vbox/networks.conf")

STATES: Mapping[str, PowerState] = MappingProxyType(
    {
        **dict.fromkeys(("running", "starting", "stopping", "saving", "restoring"), "running"),
        "paused": "paused",
        **dict.fromkeys(("poweroff", "aborted", "aborted-saved", "saved"), "off"),
    }
)
"""A machine in the state gurumeditation neither runs nor can be started: it has no state here."""


@dataclass(frozen=True)
class VirtualBoxFacts:
    """The facts of this host that only VirtualBox needs. `version`: None when it is missing, "" when it is unknown."""

    version: str | None = None
    networks_conf: str | None = None
    """The text of /etc/vbox/networks.conf; None when there is no such file."""
    driver: bool = False
    """Its kernel module is loaded."""


class VirtualBox(VirtualMachines):
    """VirtualBox."""

    name, title, rank, program = "virtualbox", "VirtualBox", 20, "VBoxManage"
    program_from = "https://www.virtualbox.org/wiki/Linux_Downloads"
    interfaces = "vboxnet"
    box_format = box_formats.VIRTUALBOX
    reserved = (
        IPv4Network("10.0.2.0/24"),
    )  # NAT of each machine's first adapter, which always has 10.0.2.15
    listing = ("VBoxManage", "list", "vms")
    listed = re.compile(r'"(?P<name>[^"]+)" \{(?P<id>[^}]+)\}')
    removing = (
        ("VBoxManage", "controlvm", "{id}", "poweroff"),
        ("VBoxManage", "unregistervm", "{id}", "--delete"),
    )
    power = PowerCommands(
        power_off=("VBoxManage", "controlvm", "{id}", "poweroff"),
        boot=("VBoxManage", "startvm", "{id}", "--type", "headless"),
        freeze=("VBoxManage", "controlvm", "{id}", "pause"),
        thaw=("VBoxManage", "controlvm", "{id}", "resume"),
        state=("VBoxManage", "showvminfo", "{id}", "--machinereadable"),
    )

    def parse_state(self, said: Output, id_: str) -> PowerState | None:
        """See Provider. Sources: VBoxManage showvminfo; MachineState in VirtualBox.xidl."""
        if not said.good:
            return "missing" if "VBOX_E_OBJECT_NOT_FOUND" in said.err else None
        lines = (line.strip() for line in said.out.splitlines())
        state = next((line.split('"')[1] for line in lines if line.startswith('VMState="')), "")
        return STATES.get(state)

    def read(self, lab: Lab) -> VirtualBoxFacts:
        """See Requirements."""
        said = command.run([self.program, "--version"], deadline=15, env={"LC_ALL": "C"})
        return VirtualBoxFacts(
            None if said.status == command.NOT_FOUND else version(said.out),
            text_of(NETWORKS_CONF),
            sys.platform != "linux" or Path("/dev/vboxdrv").exists(),
        )

    def findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """See Requirements."""
        own: VirtualBoxFacts = facts.of_providers[self.name]
        if own.version is None:
            yield Finding("virtualbox", "bad", "VirtualBox is missing", f"xdg-open {self.program_from}")
        elif not own.driver:
            yield Finding(
                "virtualbox",
                "bad",
                f"VirtualBox {own.version}: its kernel module is not loaded",
                "sudo modprobe vboxdrv || sudo /sbin/vboxconfig",
            )
        elif not own.version:
            yield Finding(
                "virtualbox", "warn", "`VBoxManage --version` gave no version", "VBoxManage --version"
            )
        else:
            yield Finding("virtualbox", "ok", f"VirtualBox {own.version}")
        yield from _vagrant(own, facts)
        yield _ranges(own, lab, facts)

    def prepare(self, folder: LabFolder, platform: Platform, public_key: str, say: Say) -> VagrantSettings:
        """See Provider."""
        settings = super().prepare(folder, platform, public_key, say)
        return replace(settings, name_prefix=f"{folder.network}-")

    def interface_remedy(self, interface: str) -> str:
        """See Requirements."""
        return f"VBoxManage hostonlyif remove {interface}" if interface.startswith(self.interfaces) else ""

    def machine(self, lab: Lab) -> dict[str, object]:
        """See VirtualMachines."""
        return {**super().machine(lab), "linked_clone": True}


def ranges(text: str) -> tuple[str, ...]:
    """Parse networks.conf: lines of `* RANGE …`, # comments (VirtualBox manual, "Host-Only Networking")."""
    lines = (line.split("#", 1)[0].replace(",", " ").split() for line in text.splitlines())
    return tuple(word for words in lines if words[:1] == ["*"] for word in words[1:])


def _vagrant(own: VirtualBoxFacts, facts: HostFacts) -> Iterator[Finding]:
    """Judge whether this Vagrant knows this VirtualBox: it refuses a later one."""
    found, vagrant = numbers(own.version or "")[:2], facts.vagrant
    if not found or not vagrant:
        return
    wanted = NEEDS_VAGRANT.get(found)
    newest = max(NEEDS_VAGRANT)
    site = "https://developer.hashicorp.com/vagrant/install"
    opens = "open" if facts.system == "darwin" else "xdg-open"
    if found > newest:
        text = f"VirtualBox {own.version} is later than {newest[0]}.{newest[1]}; Vagrant {vagrant} may not know it"
        yield Finding("vbox-vagrant", "warn", text, f"{opens} {site}")
    elif wanted and numbers(vagrant) < numbers(wanted):
        known = [version for version, first in NEEDS_VAGRANT.items() if numbers(first) <= numbers(vagrant)]
        older = "   # or VirtualBox {}.{}".format(*max(known)) if known else ""
        text = f"VirtualBox {own.version} needs Vagrant {wanted} or later; this is Vagrant {vagrant}"
        yield Finding("vbox-vagrant", "bad", text, f"{opens} {site}{older}")


def _ranges(own: VirtualBoxFacts, lab: Lab, facts: HostFacts) -> Finding:
    found = numbers(own.version or "")
    on_macos = facts.system == "darwin" and found >= MACOS_IGNORES_RANGES
    if found and (found < RANGES_SINCE or on_macos):
        return Finding("vbox-networks", "ok", "this VirtualBox allows every host-only network")
    text = own.networks_conf
    allowed = DEFAULT_RANGES if text is None else ranges(text)
    if any(_covers(one, lab) for one in allowed):
        return Finding("vbox-networks", "ok", f"VirtualBox allows {lab.network}")
    source = "by default" if text is None else f"by {NETWORKS_CONF}"
    return Finding(
        "vbox-networks",
        "bad",
        f"VirtualBox allows only {', '.join(allowed) or 'no network'} {source}, not {lab.network}",
        f"sudo mkdir -p {NETWORKS_CONF.parent} && {_line(text, lab)} | sudo tee -a {NETWORKS_CONF}",
    )


def _line(text: str | None, lab: Lab) -> str:
    """The command that prints the lab's line for networks.conf; ranges that were allowed before stay allowed."""
    if text is None:
        return f"echo '* {' '.join(DEFAULT_RANGES)} {lab.network}'"
    broken = bool(text) and not text.endswith("\n")
    return f"printf '\\n* {lab.network}\\n'" if broken else f"echo '* {lab.network}'"


def _covers(allowed: str, lab: Lab) -> bool:
    try:
        return lab.network.subnet_of(IPv4Network(allowed, strict=False))
    except ValueError:  # an IPv6 range
        return False


PROVIDER = VirtualBox()
