"""Judges whether this host can run the lab. Each finding says what was found, and has a remedy to paste.

Pure: `findings` judges the HostFacts that `inventory.host.survey` reads. A finding about something that the chosen
provider does not need is never bad.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inventory.host.facts import HostFacts
from inventory.host.finding import Finding, Level, install
from inventory.host.network_conflicts import LabNetwork, network_conflicts
from inventory.host.platform_findings import platform_findings
from inventory.host.requirements import Requirements
from inventory.host.speed import proposed
from inventory.host.versions import numbers
from inventory.model import MOST_PATIENCE, Lab
from inventory.platforms.base import Platform
from inventory.platforms.registry import AUTO, get

VAGRANT_MINIMUM = (2, 2, 19)
"""From this version on Vagrant handles providers that allow host-only networks only in some ranges (its changelog)."""


def findings(
    facts: HostFacts,
    lab: Lab,
    platform: str,
    chosen: Requirements,
    providers: Sequence[Requirements],
    *,
    own_interface: str = "",
) -> tuple[Finding, ...]:
    """Judge the facts for a lab on a platform (or "auto") and the chosen one of the providers.

    `own_interface` is the lab's bridge, which is no conflict.
    """
    up = any(link.interface == own_interface for link in facts.networks.links or ())
    network = LabNetwork(lab, facts.folder, own_interface, chosen, providers)
    found = [
        *_python(facts),
        *_programs(facts),
        _vagrant(facts, chosen.system(platform, lab)),
        *_provider(facts, lab, platform, chosen, providers),
        *_resources(facts, lab, chosen, up),
        _patience(facts, lab, chosen),
        *_network(facts, network),
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
            "ip is missing: the route to the lab cannot be checked, so nothing would be sent",
            install(facts, "iproute2"),
        )


def _vagrant(facts: HostFacts, system: Platform) -> Finding:
    remedy = install(facts, "vagrant")
    if facts.vagrant is None:
        return Finding("vagrant", "bad", "Vagrant is missing", remedy)
    if not facts.vagrant:
        return Finding("vagrant", "bad", "`vagrant --version` gave no version", "vagrant --version")
    least = max(VAGRANT_MINIMUM, system.vagrant)
    if numbers(facts.vagrant) < least:
        found = f"Vagrant {facts.vagrant}; {'.'.join(map(str, least))} or later is needed for {system.name}"
        return Finding("vagrant", "bad", found, remedy)
    return Finding("vagrant", "ok", f"Vagrant {facts.vagrant}")


def _provider(
    facts: HostFacts, lab: Lab, platform: str, chosen: Requirements, providers: Sequence[Requirements]
) -> Iterator[Finding]:
    providers = [one for one in providers if one.automatic]
    here = [one for one in providers if one.program in facts.programs]
    judged = {one.name: tuple(one.findings(facts, lab, platform)) for one in (*here, chosen)}
    if lab.provider == "auto" and not here:
        titles = ", ".join(one.title for one in providers)
        remedy = next((one.remedy for one in judged[chosen.name] if one.level == "bad"), "./lab up")
        yield Finding("provider", "bad", f"none of {titles} is here", remedy)
    else:
        first = "the first that is here" if chosen in here[:1] else "this folder's machines"
        why = "lab.yaml" if lab.provider != "auto" else first
        names = ", ".join(one.name for one in here) or "none"
        yield Finding("provider", "ok", f"{chosen.name} ({why}); here: {names}")
    if platform != AUTO:
        yield from platform_findings(facts, lab, get(platform), chosen)
    if platform != AUTO and (refusal := chosen.platform_finding(get(platform), lab)):
        yield refusal
    else:
        yield from chosen.source_findings(facts, lab, platform)
    for name, found in judged.items():
        yield from found if name == chosen.name else (_at_most_warning(name, finding) for finding in found)


def _at_most_warning(provider: str, finding: Finding) -> Finding:
    """A finding about a provider that is not the chosen one: never worse than a warning."""
    level: Level = "warn" if finding.level == "bad" else finding.level
    return Finding(finding.name, level, f"{finding.found} (only matters with {provider})", finding.remedy)


def _resources(facts: HostFacts, lab: Lab, chosen: Requirements, up: bool) -> Iterator[Finding]:
    needs = chosen.needs(facts, lab)
    if facts.memory_mb is None:
        yield Finding("memory", "warn", f"free memory cannot be read; {needs.memory_mb} MB are needed", "top")
    elif facts.memory_mb >= needs.memory_mb or up:
        yield Finding("memory", "ok", f"{facts.memory_mb} MB free; the nodes need {needs.memory_mb} MB")
    else:
        yield Finding(
            "memory",
            "bad",
            f"{facts.memory_mb} MB free; the nodes need {needs.memory_mb} MB",
            needs.memory_remedy,
        )
    if facts.disk_mb is None:
        yield Finding(
            "disk", "warn", f"free disk space cannot be read; {needs.disk_mb} MB are needed", "df -h ."
        )
    elif facts.disk_mb >= needs.disk_mb or up:
        yield Finding("disk", "ok", f"{facts.disk_mb} MB free on disk")
    else:
        yield Finding(
            "disk",
            "bad",
            f"{facts.disk_mb} MB free on disk; image and nodes take {needs.disk_mb} MB",
            needs.disk_remedy,
        )
    if facts.cpus >= 2:
        yield Finding("cpu", "ok", f"{facts.cpus} processors")
    else:
        yield Finding(
            "cpu",
            "warn",
            "1 processor: corosync may get no processor time within its token timeout, and lose the membership",
            "sed -i 's/^  token_ms: [0-9]*/  token_ms: 5000/' lab.yaml",
        )


def _patience(facts: HostFacts, lab: Lab, chosen: Requirements) -> Finding:
    """Whether deadlines are long enough for this machine and its nodes; the remedy is the line for lab.yaml."""
    here, nodes = facts.speed.slowness if facts.speed else 1.0, chosen.slowness(facts, lab)
    wanted = proposed(here * nodes, MOST_PATIENCE)
    seen = facts.speed.summary if facts.speed else "this machine's speed cannot be measured"
    seen += f"; its nodes are about {nodes:g} times slower" if nodes > 1 else ""
    if wanted <= lab.patience:
        return Finding("patience", "ok", f"{seen}; patience is {lab.patience:g}")
    found = f"{seen}: with a patience of {lab.patience:g} a slow answer counts as no answer"
    return Finding("patience", "warn", found, f"patience: {wanted:g}   # this line in lab.yaml")


def _network(facts: HostFacts, wanted: LabNetwork) -> Iterator[Finding]:
    if facts.networks.links is None or facts.networks.route_entries is None:
        yield Finding(
            "network", "warn", "this host's addresses and routes cannot be read", "ip addr; ip route"
        )
        return
    found = network_conflicts(facts.networks, wanted)
    for conflict in found:
        yield Finding("network", "bad" if conflict.fatal else "warn", conflict.found, conflict.remedy)
    if not any(conflict.fatal for conflict in found):
        yield Finding("network", "ok", f"{wanted.lab.network} is free for the lab")
