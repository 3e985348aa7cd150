"""Recognizes podman behind the docker command, and refuses it. The module has no PROVIDER: podman is not a provider.

Tried with podman 4.3.1 of Debian 12, Vagrant 2.3.4 and docker's client 28.2 (2026-11-26); what did not work:

- podman's command in docker's place: `docker network create --opt com.docker.network.bridge.name=…` ends with
  "unsupported bridge network option"; without this option Vagrant refuses the nodes' addresses, because it reads
  "IPAM" in the answer of `docker network inspect`, and podman writes "subnets".
- docker's client at podman's socket: the option is accepted and ignored, so that the lab's bridge has a name that the
  lab does not know; `docker run` with the node's options ended with "crun: setrlimit RLIMIT_NOFILE".
"""

from __future__ import annotations

from inventory.errors import MachineError
from inventory.host import command

IS_PODMAN = (
    "the docker command is podman's: it cannot name the lab's bridge, and Vagrant cannot read its networks"
)
DEADLINE = 15.0


def is_podman() -> bool:
    """Whether the docker command, or the engine that it uses, is podman's."""
    asked = {"client": ["docker", "--version"], "engine": ["docker", "version"]}
    said = command.run_all(asked, deadline=DEADLINE, env={"LC_ALL": "C"})
    return "podman" in said["client"].out.lower() or "podman engine" in said["engine"].out.lower()


def refuse() -> None:
    """Raise MachineError where docker is podman."""
    if is_podman():
        raise MachineError(
            f"{IS_PODMAN[0].upper()}{IS_PODMAN[1:]}.",
            hint="Install docker's own engine (Debian: apt-get install docker.io), or ./lab up --provider virtualbox",
        )
