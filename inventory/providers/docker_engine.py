"""The docker engine of this host: its version, its networks, and whether it is docker at all.

`docker` can be podman's command (the package podman-docker), whose answers have other keys. Answers that do not have
docker's format raise a MachineError.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from inventory.errors import MachineError
from inventory.host import command
from inventory.host.networks import EngineNetwork
from inventory.providers import podman
from inventory.remote.ssh_config import SshAddress

LABEL = "ha-lab.folder"
"""The label of a lab's network and containers; its value is the lab's home (inventory.homes)."""
SSH_PORT = "22/tcp"
NOT_MADE_YET = "preparing"
"""Vagrant's id of a machine before its container is made (its docker provider)."""
DEADLINE = 15.0
ENGLISH = {"LC_ALL": "C"}


@dataclass(frozen=True)
class Engine:
    """The docker engine; when it does not answer, only `error` is set, to the error of its client."""

    version: str = ""
    error: str = ""
    storage: str = ""
    cgroup: str = ""
    """"1" or "2"; "" where the engine is too old to report it."""
    system: str = ""
    rootless: bool = False
    endpoint: str = ""
    """DOCKER_HOST, when it is set."""
    podman: bool = False


def answers() -> bool:
    """Whether a docker engine answers its client."""
    return command.run(["docker", "version", "--format", "{{.Server.Version}}"], deadline=20).good


def read() -> Engine | None:
    """Ask the engine for its version and properties; None without a docker client."""
    asked = {
        "version": ["docker", "version", "--format", "{{json .}}"],
        "info": ["docker", "info", "--format", "{{json .}}"],
    }
    said = command.run_all(asked, deadline=DEADLINE, env=ENGLISH)
    version = said["version"]
    if version.status == command.NOT_FOUND:
        return None
    is_podman, endpoint = podman.is_podman(), os.environ.get("DOCKER_HOST", "")
    answer, info = _object(version.out), _object(said["info"].out)
    server = answer.get("Server") or {}
    if not version.good or not isinstance(server, dict) or not server:
        error = version.err.strip() or "the engine does not answer"
        return Engine(error=error, endpoint=endpoint, podman=is_podman)
    return Engine(
        version=str(server.get("Version") or info.get("ServerVersion") or ""),
        storage=str(info.get("Driver", "")),
        cgroup=str(info.get("CgroupVersion", "")),
        system=str((server.get("Platform") or {}).get("Name") or info.get("OperatingSystem") or ""),
        rootless=any("rootless" in option for option in info.get("SecurityOptions") or []),
        endpoint=endpoint,
        podman=is_podman,
    )


def networks() -> tuple[EngineNetwork, ...]:
    """Read the engine's networks. Raises MachineError when it does not answer, or not as docker does."""
    podman.refuse()
    names = command.check(["docker", "network", "ls", "-q", "--no-trunc"]).split()
    return parse_networks(command.check(["docker", "network", "inspect", *names])) if names else ()


def parse_networks(text: str) -> tuple[EngineNetwork, ...]:
    """Parse `docker network inspect`; networks without an IPv4 range are left out. Raises MachineError."""
    try:
        found = [_network(entry) for entry in json.loads(text or "[]")]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise MachineError(
            f"The answer of `docker network inspect` is not docker's ({type(error).__name__}: {error}).",
            hint="./lab doctor checks the engine; podman's docker command is not enough.",
        ) from error
    return tuple(network for network in found if network.subnets)


def _network(entry: Mapping[str, Any]) -> EngineNetwork:
    name, id_ = str(entry["Name"]), str(entry["Id"])
    ranges = entry["IPAM"].get("Config") or []
    options: Mapping[str, str] = entry.get("Options") or {}
    return EngineNetwork(
        kind="docker",
        name=name,
        subnets=tuple(IPv4Network(one["Subnet"]) for one in ranges if ":" not in one.get("Subnet", ":")),
        interface=options.get("com.docker.network.bridge.name") or f"br-{id_[:12]}",
        folder=str((entry.get("Labels") or {}).get(LABEL, "")),
        remedy=f"docker network rm {name}",
    )


def ssh_addresses(ids: Mapping[str, str]) -> dict[str, SshAddress] | None:
    """The published addresses of port 22 of containers, by the keys of `ids`; None when one is not known.

    Source: Vagrant's docker provider (provider.rb, ssh_info), docker-inspect(1).
    """
    if NOT_MADE_YET in ids.values():
        return None
    said = command.run(["docker", "inspect", "-f", "{{json .NetworkSettings.Ports}}", *ids.values()])
    rows = said.out.splitlines() if said.good else []
    try:
        found = [json.loads(row)[SSH_PORT][0] for row in rows]
        where = [SshAddress(str(one["HostIp"]), int(one["HostPort"])) for one in found]
    except (ValueError, LookupError, TypeError):
        return None
    usable = len(where) == len(ids) and all(one.host for one in where)
    return dict(zip(ids, where, strict=True)) if usable else None


def in_group(name: str) -> bool:
    """Whether this user is root or in a group; False where there is no such group."""
    if platform.system() == "Windows":
        return False
    import grp  # noqa: PLC0415 (not there on Windows)

    try:
        return os.geteuid() == 0 or grp.getgrnam(name).gr_gid in os.getgroups()
    except KeyError:
        return False


def _object(text: str) -> dict[str, Any]:
    """The JSON object of an answer; there may be lines with warnings before it."""
    for line in reversed(text.splitlines()):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    return {}
