"""VMware Workstation or Fusion, with Vagrant's plugin vagrant-vmware-desktop."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.host.facts import HostFacts
from inventory.host.finding import Finding
from inventory.model import Lab
from inventory.providers.base import PowerCommands
from inventory.providers.virtual_machines import VirtualMachines, plugin_finding


class Vmware(VirtualMachines):
    """VMware."""

    name, title, rank, program, plugin = "vmware_desktop", "VMware", 40, "vmrun", "vagrant-vmware-desktop"
    interfaces = "vmnet"
    power = PowerCommands(
        none_because="the lab cannot control the power of VMware's machines: it does not use vmrun"
    )

    def findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """See Requirements."""
        if self.program in facts.programs:
            yield Finding("vmware", "ok", "VMware is here")
        else:
            url = "https://developer.hashicorp.com/vagrant/docs/providers/vmware/installation"
            yield Finding(
                "vmware", "bad", "VMware Workstation or Fusion is missing (vmrun)", f"xdg-open {url}"
            )
        yield plugin_finding(facts, self.plugin)

    def machine(self, lab: Lab) -> dict[str, object]:
        """See VirtualMachines."""
        return {"vmx": {"memsize": str(lab.memory_mb), "numvcpus": str(lab.machine.cpus)}}


PROVIDER = Vmware()
