"""The common part of providers of virtual machines: a box, Vagrant's default network, more memory."""

from __future__ import annotations

from ipaddress import IPv4Network

from inventory.errors import MachineError
from inventory.host.facts import HostFacts
from inventory.host.finding import Finding
from inventory.host.requirements import Needs, Say
from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.platforms.registry import AUTO, PLATFORMS, automatic, get
from inventory.providers.base import LabFolder, Provider, VagrantSettings

DISK_MB = 10_000


class VirtualMachines(Provider):
    """A provider of virtual machines."""

    interfaces: str
    """How the names of its host-only interfaces begin."""

    def needs(self, facts: HostFacts, lab: Lab) -> Needs:
        """See Requirements."""
        less = max(512, (facts.memory_mb or 0) // 2)
        return Needs(
            len(lab.nodes) * lab.memory_mb,
            f"sed -i 's/^memory_mb: .*/memory_mb: {less}/' lab.yaml",
            DISK_MB,
            "vagrant box prune",
        )

    def platform_finding(self, platform: Platform) -> Finding | None:
        """See Requirements."""
        if self.box(platform):
            return None
        found = f"{platform.name} has no box for {self.name}, only for {', '.join(platform.boxes) or 'none'}"
        others = [one for one in (*automatic("machines"), *PLATFORMS.values()) if self.box(one)]
        remedy = f"./lab up --platform {others[0].name}" if others else "./lab up --provider auto"
        return Finding("platform", "bad", found, remedy)

    def is_own(self, interface: str, bridge: str) -> bool:
        """See Requirements."""
        return interface.startswith(self.interfaces)

    def platform(self, wanted: str, lab: Lab, say: Say) -> tuple[Platform, str]:
        """See Provider."""
        platform = automatic("machines")[0] if wanted == AUTO else get(wanted)
        if refusal := self.platform_finding(platform):
            raise MachineError(f"{refusal.found}.", hint=refusal.remedy)
        asked = "the default for virtual machines" if wanted == AUTO else "as asked for"
        return platform, f"platform {platform.name}, {asked}"

    def prepare(self, folder: LabFolder, platform: Platform, public_key: str, say: Say) -> VagrantSettings:
        """See Provider."""
        return VagrantSettings(
            self.machine(folder.lab), self.network(folder, folder.lab.network), box=self.box(platform)
        )

    def box(self, platform: Platform) -> str:
        """The Vagrant box of a platform; "" when there is none."""
        return platform.boxes.get(self.name, "")

    def machine(self, lab: Lab) -> dict[str, object]:
        """The attributes of the provider's block for each node."""
        return {"memory": lab.memory_mb, "cpus": 1}

    def network(self, folder: LabFolder, network: IPv4Network) -> dict[str, object]:
        """The options of each node's private network."""
        return {"netmask": str(network.netmask)}


def plugin_finding(facts: HostFacts, name: str) -> Finding:
    """Judge whether a plugin of Vagrant is installed."""
    if facts.plugins is None:
        return Finding("plugin", "warn", f"whether {name} is installed was not read", "vagrant plugin list")
    if name in facts.plugins:
        return Finding("plugin", "ok", f"{name} is installed")
    return Finding("plugin", "bad", f"{name} is missing", f"vagrant plugin install {name}")
