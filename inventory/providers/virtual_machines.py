"""The common part of providers of virtual machines: a box, Vagrant's default network, more memory."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

from inventory.errors import MachineError
from inventory.host import command
from inventory.host.facts import HostFacts
from inventory.host.finding import Finding, install
from inventory.host.requirements import Needs, Say
from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.platforms.boxes import Box
from inventory.platforms.registry import AUTO, PLATFORMS, automatic, get
from inventory.providers import box_findings, own_box, vagrant_boxes
from inventory.providers.base import LabFolder, Provider, VagrantSettings, network_name
from inventory.remote.ssh_config import arguments

DISK_MB = 10_000
MACOS_BRIDGE = re.compile(r"bridge\d+")


class VirtualMachines(Provider):
    """A provider of virtual machines."""

    leaves_disks = True
    stops_clock = True
    interfaces: str
    """How the names of its host-only interfaces begin."""
    listing: tuple[str, ...] = ()
    """The command that lists all machines, one in each line."""
    listed: re.Pattern[str] = re.compile("")
    """A line of this list, with the groups `id` and `name`."""
    removing: tuple[tuple[str, ...], ...] = ()
    """The commands that remove the machine `{id}`; only the last one must succeed."""

    def needs(self, facts: HostFacts, lab: Lab) -> Needs:
        """See Requirements."""
        less = max(512, (facts.memory_mb or 0) // 2)
        return Needs(
            len(lab.machines) * lab.memory_mb,
            f"sed -i 's/^memory_mb: .*/memory_mb: {less}/' lab.yaml",
            DISK_MB,
            "vagrant box prune",
        )

    def platform_finding(self, platform: Platform, lab: Lab) -> Finding | None:
        """See Requirements."""
        if lab.machine.box or self.box(platform):
            return None
        others = f", only for {', '.join(platform.boxes)}" if platform.boxes else ""
        found = f"{platform.name} has no box for {self.name}{others}"
        other = self._first_with_box()
        own = "$EDITOR lab.yaml   # box and box_url: a box of yours"
        remedy = f"./lab up --platform {other.name}" if other else own
        return Finding("platform", "bad", found, remedy)

    def system(self, wanted: str, lab: Lab) -> Platform:
        """See Requirements. The default is the first system that has a box, or that lab.yaml gives one."""
        if wanted != AUTO:
            return get(wanted)
        default = automatic("machines")[0]
        return default if lab.machine.box else self._first_with_box() or default

    def boxes(self) -> frozenset[str]:
        """See Requirements."""
        return vagrant_boxes.names(self.name)

    def source_findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """See Requirements."""
        system = self.system(platform, lab)
        own = lab.machine.box
        if box := Box(own, lab.machine.box_url) if own else self.box(system):
            yield from box_findings.box(facts, box, self.title, of_lab_yaml=bool(own))
        elif platform == AUTO and (refusal := self.platform_finding(system, lab)):
            yield refusal

    def is_own(self, interface: str, bridge: str) -> bool:
        """See Requirements. macOS names the interfaces of all virtual networks bridgeN."""
        if sys.platform == "darwin" and MACOS_BRIDGE.fullmatch(interface):
            return True
        return interface.startswith(self.interfaces)

    def platform(self, wanted: str, lab: Lab, say: Say) -> tuple[Platform, str]:
        """See Provider."""
        platform = self.system(wanted, lab)
        if refusal := self.platform_finding(platform, lab):
            raise MachineError(f"{refusal.found}.", hint=refusal.remedy)
        asked = "the default for virtual machines" if wanted == AUTO else "as asked for"
        return platform, f"platform {platform.name}, {asked}"

    def prepare(self, folder: LabFolder, platform: Platform, public_key: str, say: Say) -> VagrantSettings:
        """See Provider."""
        box = self.box_for(folder, platform)
        if box.made_by and not box.url:
            box = self._own_box(platform, say)
        options = arguments(platform.tools.ssh_options)
        return VagrantSettings(
            self.machine(folder.lab),
            self.network(folder, folder.lab.network),
            ssh={"extra_args": options} if options else {},
            box=box.name,
            box_url=box.url,
            box_sha256=box.sha256,
        )

    def _own_box(self, platform: Platform, say: Say) -> Box:
        """The box that the lab makes itself: Vagrant's copy, the file, or a new file. Raises MachineError."""
        assert self.box_format is not None, f"{platform.name} has a box of the lab's own for {self.name}"
        own = own_box.target(platform, self.box_format)
        if not own.made and vagrant_boxes.has(own.name, self.name):
            return Box(own.name)
        own_box.make(platform, [self.box_format], say)
        return own.box

    def _first_with_box(self) -> Platform | None:
        return next((one for one in (*automatic("machines"), *PLATFORMS.values()) if self.box(one)), None)

    def machines_of(self, home: Path) -> tuple[str, ...]:
        """See Provider. They are known by the beginning of their names (VagrantSettings.name_prefix)."""
        if not self.listing:
            return ()
        lines = (self.listed.match(line) for line in command.answer(self.listing).splitlines())
        return tuple(
            line["id"] for line in lines if line and line["name"].startswith(f"{network_name(home)}-")
        )

    def remove_machine(self, id_: str) -> None:
        """See Provider."""
        if not self.removing:
            super().remove_machine(id_)
        *others, last = ([id_ if word == "{id}" else word for word in argv] for argv in self.removing)
        for argv in others:
            command.run(argv)
        command.check(last)

    def box(self, platform: Platform) -> Box | None:
        """The box of a platform; None when there is none."""
        return platform.boxes.get(self.name)

    def box_for(self, folder: LabFolder, platform: Platform) -> Box:
        """The box of a lab: lab.yaml's, else the platform's. Raises MachineError when the platform has none."""
        own = folder.lab.machine
        if own.box:
            if not own.box_url or "://" in own.box_url:
                return Box(own.box, own.box_url)
            file = folder.root / own.box_url
            if not file.exists() and not vagrant_boxes.has(own.box, self.name):
                raise MachineError(f"{file}: there is no such file.", hint="Correct box_url in lab.yaml.")
            return Box(own.box, str(file))
        box = self.box(platform)
        if box is None:
            raise MachineError(
                f"{platform.name} has no box for {self.name}.", hint="Name one in lab.yaml: box and box_url"
            )
        return box

    def machine(self, lab: Lab) -> dict[str, object]:
        """The attributes of the provider's block for each node."""
        return {"memory": lab.memory_mb, "cpus": lab.machine.cpus}

    def network(self, folder: LabFolder, network: IPv4Network) -> dict[str, object]:
        """The options of each node's private network."""
        return {"netmask": str(network.netmask)}


def plugin_finding(facts: HostFacts, name: str, package: str = "") -> Finding:
    """Judge whether a plugin of Vagrant is installed; `package` is Debian's package of it, "" when there is none."""
    if facts.plugins is None:
        return Finding("plugin", "warn", f"whether {name} is installed was not read", "vagrant plugin list")
    if name in facts.plugins:
        return Finding("plugin", "ok", f"{name} is installed")
    by_vagrant = f"vagrant plugin install {name}"
    if package and "apt-get" in facts.programs:
        by_vagrant = f"{install(facts, package)}   # Vagrant is not Debian's: {by_vagrant}"
    return Finding("plugin", "bad", f"{name} is missing", by_vagrant)
