"""A made-up provider, in one file: what somebody would write to add one (see test_made_up.py)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from pathlib import Path

from inventory.host import command
from inventory.host.facts import HostFacts
from inventory.host.finding import Finding
from inventory.host.networks import EngineNetwork
from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.platforms.boxes import Box
from inventory.providers.base import LabFolder, PowerCommands, VagrantSettings
from inventory.providers.virtual_machines import VirtualMachines


class Cloudlet(VirtualMachines):
    """Machines in a cloudlet, by the program `cloudletctl`."""

    name, title, rank, program, plugin = "cloudlet", "Cloudlet", 5, "cloudletctl", "vagrant-cloudlet"
    interfaces = "cloud"
    reserved = (IPv4Network("10.77.0.0/24"),)
    power = PowerCommands(power_off=("cloudletctl", "kill", "{id}"), none_because="a cloudlet never freezes")

    def read(self, lab: Lab) -> bool:
        return shutil.which("cloudletctl") is not None

    def networks(self) -> tuple[EngineNetwork, ...]:
        names = command.check(["cloudletctl", "networks"]).split()
        return tuple(
            EngineNetwork(
                "Cloudlet", name, (IPv4Network(range_),), f"cloud-{name}", remedy=f"cloudletctl rm {name}"
            )
            for name, _, range_ in (one.partition("=") for one in names)
        )

    def findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        if facts.of_providers[self.name]:
            yield Finding("cloudlet", "ok", "a cloudlet is here")
        else:
            yield Finding("cloudlet", "bad", "no cloudlet is here", "sudo cloudlet-setup")

    def box(self, platform: Platform) -> Box:
        return Box(f"cloudlet/{platform.name}", "https://boxes.example.org/")

    def machine(self, lab: Lab) -> dict[str, object]:
        return {"flavour": f"small-{lab.memory_mb}", "labels": {"lab": lab.name}}

    def network(self, folder: LabFolder, network: IPv4Network) -> dict[str, object]:
        return {"cloudlet__net": folder.network, "netmask": str(network.netmask)}

    def prepare(self, folder: LabFolder, platform: Platform, public_key: str, say: object) -> VagrantSettings:
        command.check(["cloudletctl", "add", folder.network])
        return VagrantSettings(
            self.machine(folder.lab),
            self.network(folder, folder.lab.network),
            ssh={"insert_key": False},
            box=self.box(platform).name,
            box_url=self.box(platform).url,
        )

    def running(self, ids: Mapping[str, str], deadline: float = 30.0) -> Mapping[str, bool]:
        said = command.answer(["cloudletctl", "running"]).split()
        return {name: id_ in said for name, id_ in ids.items()}

    def release(self, root: Path) -> None:
        command.check(["cloudletctl", "clean", str(root)])


PROVIDER = Cloudlet()
