"""VMware Workstation or Fusion, with Vagrant's plugin vagrant-vmware-desktop.

Sources: the manual of vmrun, "Using the vmrun Command"; lib/vagrant-vmware-desktop/driver/base.rb of the plugin.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from inventory.host.command import Output
from inventory.host.facts import ARM, HostFacts
from inventory.host.finding import LINUX_ON_MAC, Finding
from inventory.host.versions import numbers
from inventory.model import Lab
from inventory.providers.base import PowerCommands, PowerState
from inventory.providers.virtual_machines import VirtualMachines, plugin_finding

VMRUN = ("vmrun", "-T", "fusion" if sys.platform == "darwin" else "ws")


class Vmware(VirtualMachines):
    """VMware."""

    name, title, rank, program, plugin = "vmware_desktop", "VMware", 40, "vmrun", "vagrant-vmware-desktop"
    program_from = "https://developer.hashicorp.com/vagrant/docs/providers/vmware/installation"
    interfaces = "vmnet"
    power = PowerCommands(
        power_off=(*VMRUN, "stop", "{id}", "hard"),
        state=(*VMRUN, "list"),
        none_because="vmrun does not tell whether a machine is paused, so a freeze could not be proven",
    )

    def parse_state(self, said: Output, id_: str) -> PowerState | None:
        """See Provider. Vagrant's id of a machine is the path of its .vmx file; `vmrun list` has the paths that run."""
        header, *running = said.out.strip().splitlines() or [""]
        if not said.good or not header.startswith("Total running VMs:"):
            return None
        if _path(id_) in map(_path, running):
            return "running"
        return "off" if Path(id_).exists() else "missing"

    def findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """See Requirements."""
        if self.program in facts.programs:
            yield Finding("vmware", "ok", "VMware is here")
        else:
            yield Finding(
                "vmware",
                "bad",
                "VMware Workstation or Fusion is missing (vmrun)",
                f"xdg-open {self.program_from}",
            )
        yield plugin_finding(facts, self.plugin)
        if facts.system == "darwin":
            yield _fusion(facts, lab)

    def machine(self, lab: Lab) -> dict[str, object]:
        """See VirtualMachines."""
        return {"vmx": {"memsize": str(lab.memory_mb), "numvcpus": str(lab.machine.cpus)}}


def _fusion(facts: HostFacts, lab: Lab) -> Finding:
    """Judge whether Fusion can have the lab's network. Source: hashicorp/vagrant#13367; macOS 11 also says 10.16."""
    version = numbers(facts.macos)
    if version and version < (10, 16):
        return Finding("vmware-network", "ok", f"VMware on macOS {facts.macos} can have {lab.network}")
    return Finding(
        "vmware-network",
        "bad" if version else "warn",
        f"VMware on macOS 11 and later refuses networks with a range of their own; the lab needs {lab.network}",
        LINUX_ON_MAC if facts.architecture in ARM else "./lab up --provider virtualbox",
    )


def _path(text: str) -> str:
    """A path for comparisons: macOS ignores the case of file names."""
    return text.strip().lower() if sys.platform == "darwin" else text.strip()


PROVIDER = Vmware()
