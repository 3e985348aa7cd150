"""The lab's own network of docker. Source: docker-network(1)."""

from __future__ import annotations

from inventory.errors import MachineError
from inventory.host import command
from inventory.providers import docker_engine
from inventory.providers.base import LabFolder
from inventory.providers.docker_engine import LABEL


def make(folder: LabFolder) -> None:
    """Make the lab's own network, labelled with the folder. Machines.prepare has checked that its range is free."""
    wanted = folder.lab.network
    for own in docker_engine.networks():
        if own.folder != str(folder.home):
            continue
        if wanted in own.subnets:
            return
        raise MachineError(
            f"The docker network of this lab has {', '.join(map(str, own.subnets))}, but lab.yaml has {wanted}.",
            hint="./lab down first, then ./lab up",
        )
    command.check(
        [
            *(
                "docker",
                "network",
                "create",
                "--internal",
                f"--subnet={wanted}",
                f"--label={LABEL}={folder.home}",
            ),
            *(f"--opt=com.docker.network.bridge.name={folder.bridge}", folder.network),
        ]
    )
