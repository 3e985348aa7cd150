"""Judges what docker needs on this host: its engine, control groups, a packet filter, a node image."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.host.cgroups import Cgroups
from inventory.host.facts import ARM, HostFacts
from inventory.host.finding import LINUX_ON_MAC, Finding, install
from inventory.host.versions import numbers
from inventory.platforms.base import Platform
from inventory.platforms.images import BootstrapImage, RegistryImage
from inventory.platforms.registry import AUTO
from inventory.providers.docker_engine import Engine
from inventory.providers.image_registry import host_of
from inventory.providers.podman import IS_PODMAN

ENGINE_MINIMUM = (20, 10)
"""From this version on docker has --cgroupns and runs on cgroup v2 (its release notes, 20.10)."""


def engine(engine: Engine | None, in_group: bool, facts: HostFacts) -> Iterator[Finding]:
    """Judge whether the engine answers, is docker's, is on this host, and is new enough; then judge its storage."""
    if engine is None:
        yield Finding("docker", "bad", "docker is missing", install(facts, "docker.io"))
    elif engine.podman:
        yield Finding("docker", "bad", IS_PODMAN, install(facts, "docker.io"))
    elif not engine.version:
        found = f"the docker engine does not answer: {engine.error}"
        yield Finding("docker", "bad", found, _wake(engine, in_group, facts))
    else:
        yield _reach(engine, facts)
        if engine.storage == "vfs":
            yield Finding(
                "storage",
                "warn",
                "the engine's storage driver is vfs: each container copies the whole image",
                'echo \'{"storage-driver": "overlay2"}\' | sudo tee /etc/docker/daemon.json'
                " && sudo systemctl restart docker",
            )
        elif engine.storage:
            yield Finding("storage", "ok", f"storage driver {engine.storage}")


def _reach(engine: Engine, facts: HostFacts) -> Finding:
    desktop = "desktop" in engine.system.lower() or facts.system == "darwin"
    if engine.endpoint and not engine.endpoint.startswith("unix:"):
        return Finding(
            "docker",
            "bad",
            f"the engine is on another host ({engine.endpoint}): this host would not reach the nodes",
            "unset DOCKER_HOST",
        )
    if engine.rootless or desktop or "podman" in engine.system.lower():
        what = "rootless" if engine.rootless else engine.system or "Docker Desktop"
        return Finding(
            "docker",
            "bad",
            f"the engine ({what}) has its bridges in another network: this host would not reach the nodes",
            _own_engine(engine, facts),
        )
    if numbers(engine.version) < ENGINE_MINIMUM:
        return Finding(
            "docker",
            "bad",
            f"docker engine {engine.version}; 20.10 or later is needed (--cgroupns)",
            install(facts, "docker.io"),
        )
    return Finding("docker", "ok", f"docker engine {engine.version} answers")


def _own_engine(engine: Engine, facts: HostFacts) -> str:
    """Give the command that leads to nodes which this host reaches: an engine of root's on Linux, else machines."""
    if facts.system == "darwin":
        return LINUX_ON_MAC if facts.architecture in ARM else "./lab up --provider virtualbox"
    leave = "unset DOCKER_HOST; " if engine.endpoint else ""
    return f"{leave}{install(facts, 'docker.io')} && docker context use default"


def _wake(engine: Engine, in_group: bool, facts: HostFacts) -> str:
    """Give the command that makes the engine answer, by the error of its client."""
    if "permission denied" in engine.error.lower():
        if in_group:
            return "sudo systemctl restart docker.socket docker"
        return 'sudo usermod -aG docker "$USER" && newgrp docker'
    if facts.system == "darwin":
        return "open -a Docker"
    if facts.service_manager:
        return "sudo systemctl enable --now docker"
    return "sudo sh -c 'dockerd >/var/log/dockerd.log 2>&1 &'"


def control_groups(found: Cgroups) -> Finding:
    """Judge whether systemd in a container finds control groups that it can use."""
    if found.kind is None:
        return Finding("cgroup", "warn", "the mounts of /sys/fs/cgroup cannot be read", "mount -t cgroup2")
    if found.kind == "v2" and not found.writable:
        return Finding(
            "cgroup",
            "bad",
            "cgroup v2 is mounted read-only here: systemd in the nodes cannot start",
            "sudo mount -o remount,rw /sys/fs/cgroup",
        )
    if found.kind != "v2" and not found.systemd:
        return Finding(
            "cgroup",
            "bad" if found.kind == "v1" else "warn",
            f"cgroup {found.kind} without the hierarchy of systemd",
            "sudo mkdir -p /sys/fs/cgroup/systemd"
            " && sudo mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd",
        )
    return Finding("cgroup", "ok", f"cgroup {found.kind}")


def firewall(facts: HostFacts) -> Iterator[Finding]:
    """Judge whether the engine can set up its bridges."""
    if facts.system == "linux" and not {"iptables", "nft"} & facts.programs:
        found = "neither iptables nor nft is installed; docker needs one of them for its bridges"
        yield Finding("firewall", "warn", found, install(facts, "iptables"))


def image(
    facts: HostFacts, have: bool | None, registry: bool | None, system: Platform, chosen: str
) -> Iterator[Finding]:
    """Judge whether the node image of a platform exists, or can be made here. `chosen` is its name or "auto".

    `have`: the engine has the image; `registry`: the registry of its base image answers.
    """
    if have:
        yield Finding("image", "ok", f"the node image of {system.name} is here")
    elif isinstance(system.image, BootstrapImage):
        yield _made_from_packages(facts, system, chosen)
    elif isinstance(system.image, RegistryImage):
        yield _made_from_base_image(registry, system.name, system.image)


def _made_from_packages(facts: HostFacts, system: Platform, chosen: str) -> Finding:
    if "mmdebstrap" in facts.programs:
        found = f"no node image of {system.name} yet; mmdebstrap can make it (1 to 2 minutes, once)"
        return Finding("image", "ok", found)
    return Finding(
        "image",
        "warn" if chosen == AUTO else "bad",
        f"no node image yet, and mmdebstrap is missing, which makes the image of {system.name}",
        install(facts, "mmdebstrap"),
    )


def _made_from_base_image(registry: bool | None, name: str, image: RegistryImage) -> Finding:
    host = host_of(image.reference)
    if registry:
        found = (
            f"no node image of {name} yet; the registry {host} of its base image answers (some minutes, once)"
        )
        return Finding("image", "ok", found)
    return Finding(
        "image",
        "bad",
        f"no node image of {name} yet, and the registry {host} of its base image does not answer",
        "./lab up --platform auto   # or name a mirror's base image in lab.yaml: images",
    )
