"""Containers that are made and removed without Vagrant, for a benchmark: the nodes' image with one more package.

They belong to a folder of their own (a label), so they are found and removed also after the benchmark was killed.
Sources: docker-run(1), docker-exec(1), docker-stop(1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from inventory.errors import CommandFailed
from inventory.host import command, install
from inventory.host.command import Output
from inventory.model import Node, PowerAction
from inventory.platforms.base import Platform
from inventory.providers import docker, docker_network, image_choice, node_image, power_command, preconditions
from inventory.providers.base import LabFolder
from inventory.providers.docker_engine import LABEL
from inventory.waiting import Clock

STOP_S = 30
"""The longest time in which a container stops gracefully (seconds)."""
Word = PowerAction | Literal["halt"]


def platform_with(wanted: str, folder: LabFolder, packages: Iterable[str]) -> Platform:
    """The platform of the lab's containers, with more packages in its image, which has another tag."""
    system = docker.PROVIDER.system(wanted, folder.lab)
    return replace(system, packages=(*system.packages, *packages))


@dataclass(frozen=True)
class ContainerNodes:
    """The nodes of a folder's lab as containers of an image of `platform`, on a bridge of their own."""

    folder: LabFolder
    platform: Platform
    clock: Clock
    say: Callable[[str], None] = lambda line: None

    def prepare(self) -> str:
        """Start the engine if necessary; make the image, and return its tag. Raises MachineError."""
        install.ensure(docker.PROVIDER, self.say, self.clock)
        return node_image.build(image_choice.based(self.platform, self.folder.lab.images), self.say)

    def make(self) -> None:
        """Do what `prepare` does, then make the network and the containers. Raises MachineError.

        What an earlier benchmark left is removed first.
        """
        image = self.prepare()
        self.remove()
        preconditions.refuse_conflicts(docker.PROVIDER, self.folder)
        docker_network.make(self.folder)
        for node in self.folder.lab.nodes:
            command.check(
                [
                    *("docker", "run", "-d", f"--name={self._name(node)}", f"--hostname={node.name}"),
                    *(f"--label={LABEL}={self.folder.home}", "--env=container=docker", *docker.CREATE_ARGS),
                    *(f"--network={self.folder.network}", f"--ip={node.address}", image),
                ]
            )

    def remove(self) -> None:
        """Remove the containers and their network; the image stays. Raises MachineError."""
        for one in docker.PROVIDER.machines_of(self.folder.home):
            docker.PROVIDER.remove_machine(one)
        docker.PROVIDER.release(self.folder.home)

    def is_own(self, interface: str) -> bool:
        """Whether an interface of this host is the bridge of these containers."""
        return docker.PROVIDER.is_own(interface, self.folder.bridge)

    def run(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> Output:
        """Run a shell text as root on a node; whatever its exit status."""
        return command.run(
            ["docker", "exec", "-i", self._name(node), "sh", "-c", text], stdin=stdin, deadline=deadline
        )

    def check(self, node: Node, text: str, *, stdin: str = "", deadline: float = 30.0) -> str:
        """Run a shell text as root on a node and give its output. Raises CommandFailed."""
        found = self.run(node, text, stdin=stdin, deadline=deadline)
        if not found.good:
            raise CommandFailed(
                f"{node.name}: `{text.splitlines()[0][:80]}` failed (exit {found.status}):\n{found.last()}",
                hint="This is a container of a benchmark; the same command makes new ones.",
            )
        return found.out

    def start(self, node: Node, text: str) -> None:
        """Start a shell text as root on a node, in the background. Raises MachineError."""
        command.check(["docker", "exec", "-d", self._name(node), "sh", "-c", text])

    def power(self, word: Word, node: Node) -> None:
        """Switch a node's power; `halt` shuts it down gracefully. Raises MachineError."""
        if word == "halt":
            command.check(["docker", "stop", "-t", f"{STOP_S}", self._name(node)], deadline=STOP_S + 30)
        else:
            power = docker.PROVIDER.power
            argv = power.argv(word, self._name(node))
            power_command.run(argv, power.temporary_failure, command.DEADLINE)

    def _name(self, node: Node) -> str:
        return f"{self.folder.network}-{node.alias}"
