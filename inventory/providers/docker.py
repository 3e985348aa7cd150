"""docker: nodes that are containers with systemd as their first process. Sources: docker-run(1), docker-network(1)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from inventory import waiting
from inventory.errors import MachineError
from inventory.host import cgroups, command, install, router
from inventory.host.cgroups import Cgroups
from inventory.host.command import Output
from inventory.host.facts import HostFacts
from inventory.host.finding import Finding
from inventory.host.networks import EngineNetwork
from inventory.host.requirements import Needs, Say
from inventory.host.router import Router
from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.platforms.images import RegistryImage
from inventory.platforms.registry import preferred
from inventory.platforms.settings import in_image
from inventory.providers import (
    docker_engine,
    docker_findings,
    docker_network,
    image_choice,
    image_registry,
    node_image,
    podman,
)
from inventory.providers.base import (
    SMALL_DISK,
    SMALL_DISK_MB,
    LabFolder,
    PowerCommands,
    PowerState,
    Provider,
    VagrantSettings,
    digest,
)
from inventory.providers.docker_engine import LABEL, Engine
from inventory.remote.ssh_config import SshAddress
from inventory.waiting import Clock
from language.marking import marked

MEMORY_MB, DISK_MB = 700, 3_000
ENGINE_LOG = Path("/var/log/dockerd.log")
PACKAGES = {"dockerd": "docker.io", "docker": "docker.io", "iptables": "iptables"}
"""The packages of the engine, by program; they are installed when no engine answers."""
MAKES_IMAGES = {"mmdebstrap": "mmdebstrap"}
CREATE_ARGS = (
    # SYS_ADMIN is for the mounts of the node's first process only, which gives it up before systemd starts (node-init);
    # AppArmor's profile forbids these mounts. docs/security.md has the whole list.
    "--cap-add=NET_ADMIN", "--cap-add=NET_RAW", "--cap-add=SYS_ADMIN", "--cap-add=SYS_NICE", "--cap-add=IPC_LOCK",
    "--cap-drop=MKNOD", "--security-opt=apparmor=unconfined", "--cgroupns=private",
    "--tmpfs=/run", "--tmpfs=/run/lock", "--tmpfs=/tmp:exec,mode=1777",
    # libqb's buffers need 50 MB, and a killed process leaves its buffers there; the engine's default is 64 MB.
    "--shm-size=256m",
    f"--tmpfs={SMALL_DISK}:size={SMALL_DISK_MB}m,mode=0755",
)  # fmt: skip


STATES: Mapping[str, PowerState] = MappingProxyType(
    {
        "running": "running",
        "restarting": "running",
        "paused": "paused",
        "created": "off",
        "exited": "off",
        "dead": "off",
        "removing": "off",
    }
)


@dataclass(frozen=True)
class DockerFacts:
    """The facts of this host that only docker needs. `engine` is None without a docker client."""

    engine: Engine | None = None
    in_group: bool = False
    """This user may use the engine's socket."""
    image: bool | None = None
    """The engine has the node image of lab.yaml's platform (`system`)."""
    registry: bool | None = None
    """The registry of that platform's base image answers; None when it is not needed."""
    cgroups: Cgroups = field(default_factory=Cgroups)


class Docker(Provider):
    """docker."""

    name, title, rank, program = "docker", "docker", 10, "docker"
    programs = ("mmdebstrap", "iptables", "nft")
    reboots = False
    shares_kernel = True
    power = PowerCommands(
        power_off=("docker", "kill", "{id}"),
        power_on=("docker", "start", "{id}"),
        freeze=("docker", "pause", "{id}"),
        thaw=("docker", "unpause", "{id}"),
        state=("docker", "inspect", "-f", "{{.State.Status}}", "{id}"),
        # runc gives up when a process does not stop in time, and lets the container go on. Seen on busy machines.
        temporary_failure="unable to freeze",
    )

    def read(self, lab: Lab) -> DockerFacts:
        """See Requirements."""
        engine, system = docker_engine.read(), self.system(lab.platform, lab)
        can_have = system.image is not None and engine is not None and engine.version
        image = node_image.present(node_image.recipe(system).tag) if can_have else None
        registry = None
        if isinstance(system.image, RegistryImage) and not image:
            registry = image_registry.answers(system.image.reference)
        return DockerFacts(engine, docker_engine.in_group("docker"), image, registry, cgroups.read())

    def networks(self) -> tuple[EngineNetwork, ...]:
        """See Requirements."""
        return docker_engine.networks()

    def findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """See Requirements."""
        own: DockerFacts = facts.of_providers[self.name]
        yield from docker_findings.engine(own.engine, own.in_group, facts)
        if own.engine is None or not own.engine.version:
            return
        yield docker_findings.control_groups(own.cgroups)
        yield from docker_findings.firewall(facts)
        system = self.system(platform, lab)
        yield from docker_findings.image(facts, own.image, own.registry, system, platform)

    def system(self, wanted: str, lab: Lab) -> Platform:
        """See Requirements. With the base image of lab.yaml."""
        return in_image(image_choice.based(preferred(wanted, "containers"), lab.images), lab)

    def platform_finding(self, platform: Platform, lab: Lab) -> Finding | None:
        """See Requirements."""
        if platform.image is not None:
            return None
        found = f"{platform.name} has no container image; it needs a virtual machine"
        return Finding("platform", "bad", found, "./lab up --provider virtualbox")

    def needs(self, facts: HostFacts, lab: Lab) -> Needs:
        """See Requirements."""
        return Needs(
            MEMORY_MB,
            "ps -eo rss,pid,comm --sort=-rss | head   # end what is not needed",
            DISK_MB,
            "docker system df && docker builder prune",
        )

    def is_own(self, interface: str, bridge: str) -> bool:
        """See Requirements."""
        return interface == bridge

    def packages(self) -> tuple[str, ...]:
        """See Requirements. When an engine answers, only mmdebstrap is needed, where apt-get can install it."""
        podman.refuse()
        wanted = dict(MAKES_IMAGES) if shutil.which("apt-get") else {}
        if not docker_engine.answers():
            wanted |= PACKAGES
        return tuple(install.missing(wanted))

    def all_packages(self) -> tuple[str, ...]:
        """See Requirements."""
        return tuple(sorted({*PACKAGES.values(), *MAKES_IMAGES.values()}))

    def start(self, say: Say, clock: Clock) -> None:
        """See Requirements."""
        if docker_engine.answers():
            return
        if Path("/run/systemd/system").is_dir():
            say("Starting the docker engine: systemctl start docker")
            command.as_root(["systemctl", "start", "docker"], "systemctl start docker")
        elif os.geteuid() == 0:
            say(f"Starting the docker engine without systemd: dockerd, log in {ENGINE_LOG}")
            command.start(["dockerd"], ENGINE_LOG)
        else:
            raise MachineError(
                "The docker engine does not answer, and only root can start it here.",
                hint=marked(
                    f"sudo sh -c 'dockerd >{ENGINE_LOG} 2>&1 &', and add yourself to the group docker"
                ),
            )
        hint = f"Look at {ENGINE_LOG}, or ./lab doctor."
        waiting.until(
            docker_engine.answers, bool, "The docker engine answers", deadline=60, clock=clock, hint=hint
        )

    def platform(self, wanted: str, lab: Lab, say: Say) -> tuple[Platform, str]:
        """See Provider."""
        platform, why, _ = image_choice.obtain(wanted, lab.images, say, lambda system: in_image(system, lab))
        return platform, why

    def prepare(self, folder: LabFolder, platform: Platform, public_key: str, say: Say) -> VagrantSettings:
        """See Provider."""
        docker_network.make(folder)
        system = in_image(image_choice.based(platform, folder.lab.images), folder.lab)
        return VagrantSettings(
            provider={
                "image": node_image.build(system, say),
                "has_ssh": True,
                "remains_running": True,
                "env": {"LAB_KEY": public_key, "container": "docker"},
                "create_args": [*CREATE_ARGS, f"--label={LABEL}={folder.home}"],
            },
            name_prefix=f"{folder.network}-",
            network={"name": folder.network, "netmask": str(folder.lab.network.prefixlen)},
            ssh={"private_key_path": folder.key, "insert_key": False},
            boot_timeout=90,
        )

    def parse_state(self, said: Output, id_: str) -> PowerState | None:
        """See Provider. Source: docker's container/state.go, StateString."""
        if not said.good:
            return "missing" if "no such object" in said.err.lower() else None
        return STATES.get(said.out.strip())

    def machines_of(self, home: Path) -> tuple[str, ...]:
        """See Provider. The containers with the home's label, and those in its network (made by an older version)."""
        networks = [one.name for one in docker_engine.networks() if one.folder == str(home)]
        filters = [f"label={LABEL}={home}", *(f"network={name}" for name in networks)]
        said = [command.check(["docker", "ps", "-aq", "--no-trunc", "--filter", one]) for one in filters]
        return tuple(dict.fromkeys(id_ for text in said for id_ in text.split()))

    def remove_machine(self, id_: str) -> None:
        """See Provider."""
        command.check(["docker", "rm", "-f", "-v", id_])

    def router(self, folder: LabFolder) -> Router:
        """See Provider. Two network namespaces on the lab's bridge."""
        lab = folder.lab
        found = Router(folder.digest, folder.bridge, lab.network, router.address_in(lab))
        found.require()
        return found

    def remove_router(self, home: Path) -> bool:
        """See Provider."""
        return router.remove(digest(home))

    def ssh_addresses(self, ids: Mapping[str, str]) -> Mapping[str, SshAddress] | None:
        """See Provider."""
        return docker_engine.ssh_addresses(ids)

    def release(self, home: Path) -> None:
        """See Provider."""
        self.remove_router(home)
        if shutil.which("docker") is None:
            return
        for network in docker_engine.networks():
            if network.folder == str(home):
                command.check(["docker", "network", "rm", network.name])


PROVIDER = Docker()
