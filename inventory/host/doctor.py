"""Judges whether this host can run the lab: each finding with what was found and a remedy to paste.

Pure: `findings` judges the Readings that `read` gathers. What the chosen provider does not need is never bad.
"""

from __future__ import annotations

from collections.abc import Iterator

from inventory.host.facts import HostFacts, read
from inventory.host.finding import Finding, Level, install, numbers
from inventory.host.install import PROGRAM
from inventory.host.network_conflicts import network_conflicts
from inventory.model import Lab
from inventory.platforms.registry import PLATFORMS, automatic
from inventory.providers.requirements import docker, libvirt, virtualbox, vmware

__all__ = ["Finding", "HostFacts", "findings", "provider_of", "read"]

CONTAINERS_MB = 700
DISK_MB = {"docker": 3_000, "virtualbox": 10_000, "libvirt": 10_000, "vmware_desktop": 10_000}
VAGRANT_LEAST = (2, 2, 19)
"""From here on Vagrant knows VirtualBox's allowed host-only ranges (its changelog, 2.2.19)."""


def provider_of(facts: HostFacts, lab: Lab) -> str:
    """Name the provider that lab.yaml chooses, or the first whose program is here; docker when none is."""
    if lab.provider != "auto":
        return lab.provider
    return next((name for name, program in PROGRAM.items() if program in facts.programs), "docker")


def findings(
    facts: HostFacts, lab: Lab, platform: str, *, own_interface: str = "", provider: str = ""
) -> tuple[Finding, ...]:
    """Judge the readings for a lab on a platform (or "auto").

    `own_interface` is the lab's bridge, which is no clash; `provider` overrides lab.yaml's.
    """
    chosen = provider or provider_of(facts, lab)
    up = any(link.interface == own_interface for link in facts.links or ())
    found = [
        *_python(facts),
        *_programs(facts),
        _vagrant(facts),
        *_provider(facts, lab, chosen, platform),
        *_resources(facts, lab, chosen, up),
        *_network(facts, lab, chosen, own_interface),
    ]
    return tuple(found)


def _python(facts: HostFacts) -> Iterator[Finding]:
    major, minor = facts.python
    if (3, 10) <= facts.python <= (3, 13):
        yield Finding("python", "ok", f"Python {major}.{minor}")
    else:
        yield Finding(
            "python",
            "bad",
            f"Python {major}.{minor}; the lab runs on 3.10 to 3.13",
            install(facts, "python3"),
        )
    if facts.venv:
        yield Finding("venv", "ok", "Python can make virtual environments")
    else:
        yield Finding("venv", "bad", "Python's venv or ensurepip is missing", install(facts, "python3-venv"))


def _programs(facts: HostFacts) -> Iterator[Finding]:
    missing = [name for name in ("ssh", "ssh-keygen") if name not in facts.programs]
    if missing:
        yield Finding("ssh", "bad", f"{' and '.join(missing)} missing", install(facts, "openssh-client"))
    else:
        yield Finding("ssh", "ok", "the ssh client and ssh-keygen are here")
    if facts.system == "linux" and "ip" not in facts.programs:
        yield Finding(
            "ip",
            "bad",
            "ip is missing: the way to the lab cannot be checked, so nothing would be sent",
            install(facts, "iproute2"),
        )


def _vagrant(facts: HostFacts) -> Finding:
    remedy = install(facts, "vagrant")
    if facts.vagrant is None:
        return Finding("vagrant", "bad", "Vagrant is missing", remedy)
    if not facts.vagrant:
        return Finding("vagrant", "bad", "`vagrant --version` gave no version", "vagrant --version")
    if numbers(facts.vagrant) < VAGRANT_LEAST:
        return Finding("vagrant", "bad", f"Vagrant {facts.vagrant}; 2.2.19 or later is needed", remedy)
    return Finding("vagrant", "ok", f"Vagrant {facts.vagrant}")


def _provider(facts: HostFacts, lab: Lab, chosen: str, platform: str) -> Iterator[Finding]:
    here = [name for name, program in PROGRAM.items() if program in facts.programs]
    why = "lab.yaml" if lab.provider != "auto" else "the first that is here"
    if lab.provider == "auto" and not here:
        yield Finding(
            "provider",
            "bad",
            "none of docker, VirtualBox, libvirt, VMware is here",
            install(facts, "docker.io"),
        )
    else:
        yield Finding("provider", "ok", f"{chosen} ({why}); here: {', '.join(here) or 'none'}")
    known = PLATFORMS.get(platform)
    if known and chosen == "docker" and known.image is None:
        yield Finding(
            "platform",
            "bad",
            f"{platform} has no container image; it needs a virtual machine",
            "./lab up --provider virtualbox",
        )
    elif known and chosen != "docker" and chosen not in known.boxes:
        other = [one for one in (*automatic("machines"), *PLATFORMS.values()) if chosen in one.boxes]
        yield Finding(
            "platform",
            "bad",
            f"{platform} has no box for {chosen}; it has for {', '.join(known.boxes) or 'none'}",
            f"./lab up --platform {other[0].name}" if other else "./lab up --provider docker",
        )
    judges = {"docker": docker, "virtualbox": virtualbox, "libvirt": libvirt, "vmware_desktop": vmware}
    for name, judge in judges.items():
        for finding in judge(facts, lab, platform):
            if name == chosen:
                yield finding
            elif PROGRAM[name] in facts.programs:
                eased: Level = "warn" if finding.level == "bad" else finding.level
                yield Finding(
                    finding.name, eased, f"{finding.found} (only matters with {name})", finding.remedy
                )


def _resources(facts: HostFacts, lab: Lab, chosen: str, up: bool) -> Iterator[Finding]:
    need = CONTAINERS_MB if chosen == "docker" else 2 * lab.memory_mb
    if facts.memory_mb is None:
        yield Finding("memory", "warn", f"free memory cannot be read; {need} MB are needed", "top")
    elif facts.memory_mb >= need or up:
        yield Finding("memory", "ok", f"{facts.memory_mb} MB free; the nodes need {need} MB")
    else:
        yield Finding(
            "memory",
            "bad",
            f"{facts.memory_mb} MB free; the nodes need {need} MB",
            "ps -eo rss,pid,comm --sort=-rss | head   # end what is not needed"
            if chosen == "docker"
            else f"sed -i 's/^memory_mb: .*/memory_mb: {max(512, facts.memory_mb // 2)}/' lab.yaml",
        )
    space = DISK_MB[chosen]
    if facts.disk_mb is None:
        yield Finding("disk", "warn", f"free disk space cannot be read; {space} MB are needed", "df -h .")
    elif facts.disk_mb >= space or up:
        yield Finding("disk", "ok", f"{facts.disk_mb} MB free on disk")
    else:
        clean = "docker system df && docker builder prune" if chosen == "docker" else "vagrant box prune"
        yield Finding(
            "disk", "bad", f"{facts.disk_mb} MB free on disk; image and nodes take {space} MB", clean
        )
    if facts.cpus >= 2:
        yield Finding("cpu", "ok", f"{facts.cpus} processors")
    else:
        yield Finding(
            "cpu",
            "warn",
            "1 processor: corosync may not be scheduled within its token, and lose the membership",
            "sed -i 's/^  token_ms: [0-9]*/  token_ms: 5000/' lab.yaml",
        )


def _network(facts: HostFacts, lab: Lab, chosen: str, own_interface: str) -> Iterator[Finding]:
    if facts.links is None or facts.route_entries is None:
        level: Level = "warn"
        yield Finding(
            "network", level, "this host's addresses and routes cannot be read", "ip addr; ip route"
        )
        return
    found = network_conflicts(facts, lab, chosen, own_interface)
    for conflict in found:
        yield Finding("network", "bad" if conflict.fatal else "warn", conflict.found, conflict.remedy)
    if not any(conflict.fatal for conflict in found):
        yield Finding("network", "ok", f"{lab.network} is free for the lab")
