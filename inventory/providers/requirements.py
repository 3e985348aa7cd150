"""Judges what each provider needs of this host: docker, VirtualBox, libvirt, VMware."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from inventory.host.facts import HostFacts
from inventory.host.finding import Finding, install, numbers
from inventory.model import Lab
from inventory.platforms.base import BootstrapImage
from inventory.platforms.registry import AUTO, for_containers

VBOX_RANGES_SINCE = (6, 1, 28)
DOCKER_LEAST = (20, 10)
"""From here on docker has --cgroupns and runs on cgroup v2 (its release notes, 20.10)."""
VBOX_DEFAULT = "192.168.56.0/21"


def docker(facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
    """Judge what docker needs here."""
    engine = facts.engine
    if engine is None:
        yield Finding("docker", "bad", "docker is missing", install(facts, "docker.io"))
        return
    if not engine.version:
        yield Finding(
            "docker",
            "bad",
            f"the docker engine does not answer: {engine.error}",
            _wake(facts, engine.error),
        )
        return
    desktop = "desktop" in engine.system.lower() or facts.system == "darwin"
    if engine.endpoint and not engine.endpoint.startswith("unix:"):
        yield Finding(
            "docker",
            "bad",
            f"the engine is elsewhere ({engine.endpoint}): this host would not reach the nodes",
            "unset DOCKER_HOST",
        )
    elif engine.rootless or desktop or "podman" in engine.system.lower():
        what = "rootless" if engine.rootless else engine.system or "Docker Desktop"
        yield Finding(
            "docker",
            "bad",
            f"the engine ({what}) keeps its bridges in another network: this host would not reach the nodes",
            "./lab up --provider virtualbox"
            if desktop
            else f"{install(facts, 'docker.io')} && docker context use default",
        )
    elif numbers(engine.version) < DOCKER_LEAST:
        yield Finding(
            "docker",
            "bad",
            f"docker engine {engine.version}; 20.10 or later is needed (--cgroupns)",
            install(facts, "docker.io"),
        )
    else:
        yield Finding("docker", "ok", f"docker engine {engine.version} answers")
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
    yield _cgroup(facts)
    if facts.system == "linux" and not {"iptables", "nft"} & facts.programs:
        yield Finding(
            "firewall",
            "warn",
            "neither iptables nor nft is here; docker sets its bridges up with them",
            install(facts, "iptables"),
        )
    system = for_containers(platform)
    if isinstance(system.image, BootstrapImage) and not facts.image:
        if "mmdebstrap" in facts.programs:
            yield Finding("image", "ok", "no node image yet; mmdebstrap can make it (1 to 2 minutes, once)")
        else:
            yield Finding(
                "image",
                "warn" if platform == AUTO else "bad",
                f"no node image yet, and mmdebstrap is missing; it makes the one of {system.name}",
                install(facts, "mmdebstrap"),
            )
    elif facts.image:
        yield Finding("image", "ok", f"the node image of {system.name} is here")


def _wake(facts: HostFacts, error: str) -> str:
    """Say what makes a silent engine answer, by its client's complaint."""
    if "permission denied" in error.lower():
        if facts.docker_group:
            return "sudo systemctl restart docker.socket docker"
        return 'sudo usermod -aG docker "$USER" && newgrp docker'
    if facts.system == "darwin":
        return "open -a Docker"
    if facts.service_manager:
        return "sudo systemctl enable --now docker"
    return "sudo sh -c 'dockerd >/var/log/dockerd.log 2>&1 &'"


def _cgroup(facts: HostFacts) -> Finding:
    kind = facts.cgroup
    if kind is None:
        return Finding(
            "cgroup", "warn", "how this host mounts /sys/fs/cgroup cannot be read", "mount -t cgroup2"
        )
    if kind == "v2" and not facts.cgroup_writable:
        return Finding(
            "cgroup",
            "bad",
            "cgroup v2 is mounted read-only here: systemd in the nodes cannot start",
            "sudo mount -o remount,rw /sys/fs/cgroup",
        )
    if kind != "v2" and not facts.cgroup_systemd:
        return Finding(
            "cgroup",
            "bad" if kind == "v1" else "warn",
            f"cgroup {kind} without the hierarchy of systemd",
            "sudo mkdir -p /sys/fs/cgroup/systemd"
            " && sudo mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd",
        )
    return Finding("cgroup", "ok", f"cgroup {kind}")


def virtualbox(facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
    """Judge what VirtualBox needs here."""
    if facts.virtualbox is None:
        url = "https://www.virtualbox.org/wiki/Linux_Downloads"
        yield Finding("virtualbox", "bad", "VirtualBox is missing", f"xdg-open {url}")
    elif facts.vbox_driver:
        yield Finding("virtualbox", "ok", f"VirtualBox {facts.virtualbox}")
    else:
        yield Finding(
            "virtualbox",
            "bad",
            f"VirtualBox {facts.virtualbox}: its kernel module is not loaded",
            "sudo modprobe vboxdrv || sudo /sbin/vboxconfig",
        )
    yield _vbox_ranges(facts, lab)


def _vbox_ranges(facts: HostFacts, lab: Lab) -> Finding:
    found = numbers(facts.virtualbox or "")
    if found and found < VBOX_RANGES_SINCE:
        return Finding("vbox-networks", "ok", "this VirtualBox allows every host-only network")
    text = facts.vbox_networks
    allowed = (VBOX_DEFAULT,) if text is None else vbox_ranges(text)
    if any(_covers(one, lab) for one in allowed):
        return Finding("vbox-networks", "ok", f"VirtualBox allows {lab.network}")
    source = "by default" if text is None else "by /etc/vbox/networks.conf"
    return Finding(
        "vbox-networks",
        "bad",
        f"VirtualBox allows only {', '.join(allowed) or 'no network'} {source}, not {lab.network}",
        f"sudo mkdir -p /etc/vbox && echo '* {lab.network}' | sudo tee -a /etc/vbox/networks.conf",
    )


def vbox_ranges(text: str) -> tuple[str, ...]:
    """Parse networks.conf: lines of `* RANGE …`, # comments (VirtualBox manual, "Host-Only Networking")."""
    lines = (line.split("#", 1)[0].replace(",", " ").split() for line in text.splitlines())
    return tuple(word for words in lines if words[:1] == ["*"] for word in words[1:])


def _covers(allowed: str, lab: Lab) -> bool:
    try:
        return lab.network.subnet_of(IPv4Network(allowed, strict=False))
    except ValueError:  # an IPv6 range
        return False


def libvirt(facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
    """Judge what libvirt needs here."""
    remedies = {
        "absent": f"{install(facts, 'libvirt-daemon-system')} && sudo systemctl enable --now libvirtd",
        "denied": 'sudo usermod -aG libvirt "$USER" && newgrp libvirt',
    }
    state = facts.libvirt_socket
    if state == "ok":
        yield Finding("libvirt", "ok", "libvirt's socket can be used")
    else:
        words = {"absent": "libvirt's daemon does not run", "denied": "libvirt's socket is not for this user"}
        yield Finding("libvirt", "bad", words[state], remedies[state])
    if facts.kvm == "ok":
        yield Finding("kvm", "ok", "/dev/kvm can be used")
    elif facts.kvm == "denied":
        yield Finding(
            "kvm", "bad", "/dev/kvm is not for this user", 'sudo usermod -aG kvm "$USER" && newgrp kvm'
        )
    else:
        yield Finding(
            "kvm",
            "warn",
            "no /dev/kvm: machines are emulated, ten times slower",
            "sudo modprobe kvm_intel || sudo modprobe kvm_amd",
        )
    yield from _plugin(facts, "vagrant-libvirt")


def vmware(facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
    """Judge what VMware needs here."""
    if "vmrun" in facts.programs:
        yield Finding("vmware", "ok", "VMware is here")
    else:
        url = "https://developer.hashicorp.com/vagrant/docs/providers/vmware/installation"
        yield Finding("vmware", "bad", "VMware Workstation or Fusion is missing (vmrun)", f"xdg-open {url}")
    yield from _plugin(facts, "vagrant-vmware-desktop")


def _plugin(facts: HostFacts, name: str) -> Iterator[Finding]:
    if facts.plugins is None:
        yield Finding("plugin", "warn", f"whether {name} is installed was not read", "vagrant plugin list")
    elif name in facts.plugins:
        yield Finding("plugin", "ok", f"{name} is installed")
    else:
        yield Finding("plugin", "bad", f"{name} is missing", f"vagrant plugin install {name}")
