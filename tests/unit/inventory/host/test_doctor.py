from __future__ import annotations

import shutil
import subprocess
from dataclasses import fields, is_dataclass, replace
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inventory.config.lab_yaml import load
from inventory.host import doctor, survey
from inventory.host.cgroups import Cgroups
from inventory.host.doctor import findings
from inventory.host.facts import HostFacts
from inventory.host.finding import Finding
from inventory.host.networks import EngineNetwork, HostNetworks, Link, RouteEntry
from inventory.host.speed import Speed
from inventory.model import Lab
from inventory.platforms.boxes import Box
from inventory.platforms.debian import DEBIAN12
from inventory.providers import registry
from inventory.providers.docker import DockerFacts
from inventory.providers.docker_engine import Engine
from inventory.providers.libvirt import LibvirtFacts
from inventory.providers.virtualbox import VirtualBoxFacts
from language import fast_yaml

ROOT = Path(__file__).parents[4]
LAB = load(ROOT / "lab.yaml")
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['case']}")
    for file in sorted((ROOT / "tests/cases/doctor").glob("*.yaml"))
    for case in fast_yaml.read(file.read_text())
]
GOOD = HostFacts(
    folder="/labs/one",
    system="linux",
    python=(3, 11),
    venv=True,
    programs=frozenset(
        ["vagrant", "docker", "mmdebstrap", "ssh", "ssh-keygen", "ip", "iptables", "apt-get", "systemctl"]
    ),
    service_manager=True,
    vagrant="2.3.4",
    plugins=None,
    memory_mb=8_000,
    disk_mb=80_000,
    cpus=2,
    networks=HostNetworks(
        links=(Link("eth0", IPv4Interface("192.0.2.2/24")),),
        route_entries=(RouteEntry(IPv4Network("192.0.2.0/24"), "eth0"),),
    ),
    of_providers={
        "docker": DockerFacts(
            Engine(version="20.10.24+dfsg1", storage="overlay2", cgroup="2"),
            in_group=True,
            image=True,
            cgroups=Cgroups("v2", systemd=False, writable=True),
        ),
        "virtualbox": VirtualBoxFacts(),
        "libvirt": LibvirtFacts(),
        "vmware_desktop": None,
    },
)


PLACES = {
    "engine": ("docker", "engine"),
    "docker_group": ("docker", "in_group"),
    "image": ("docker", "image"),
    "registry": ("docker", "registry"),
    "cgroup": ("docker", "cgroups", "kind"),
    "cgroup_systemd": ("docker", "cgroups", "systemd"),
    "cgroup_writable": ("docker", "cgroups", "writable"),
    "virtualbox": ("virtualbox", "version"),
    "vbox_networks": ("virtualbox", "networks_conf"),
    "vbox_driver": ("virtualbox", "driver"),
    "libvirt_socket": ("libvirt", "socket"),
    "kvm": ("libvirt", "kvm"),
}
"""Where the names of the data cases stand in the facts of providers; the others are the host's.

A provider's own name stands for all its facts: one value, or a mapping of their fields.
"""
OF_NETWORKS = {"links": "links", "route_entries": "route_entries", "networks": "of_engines"}


def shaped(name: str, value: Any) -> Any:
    """A value of the data cases as the facts have it."""
    if value is None:
        return None
    if name in registry.names() and isinstance(value, dict):
        return SimpleNamespace(**value)
    if name == "engine":
        return Engine(**value)
    if name == "speed":
        return Speed(**value)
    if name == "links":
        return tuple(Link(interface, IPv4Interface(address)) for interface, address in value)
    if name == "route_entries":
        return tuple(RouteEntry(IPv4Network(network), *rest) for network, *rest in value)
    if name == "networks":
        return tuple(
            EngineNetwork(
                "docker",
                name,
                tuple(map(IPv4Network, ranges)),
                bridge,
                "".join(folder),
                f"docker network rm {name}",
            )
            for name, ranges, bridge, *folder in value
        )
    return tuple(value) if isinstance(value, list) else value


def put(record: Any, path: tuple[str, ...], value: Any) -> Any:
    """The record with a value at a path of fields, or of keys of a mapping."""
    first, *rest = path
    if isinstance(record, dict):
        return {**record, first: put(record[first], tuple(rest), value) if rest else value}
    return replace(record, **{first: put(getattr(record, first), tuple(rest), value) if rest else value})


def examined(case: dict[str, Any]) -> tuple[Finding, ...]:
    programs = GOOD.programs - set(case.get("without", ())) | set(case.get("with", ()))
    facts = replace(GOOD, programs=programs)
    for name, value in case.get("changed", {}).items():
        if name in PLACES:
            path: tuple[str, ...] = ("of_providers", *PLACES[name])
        elif name in registry.names():
            path = ("of_providers", name)
        else:
            path = ("networks", OF_NETWORKS[name]) if name in OF_NETWORKS else (name,)
        facts = put(facts, path, shaped(name, value))
    lab = load(ROOT / "lab.yaml", case.get("lab"))
    return findings(
        facts,
        lab,
        case.get("platform", "auto"),
        registry.choose(case.get("provider", "docker"), has=programs.__contains__),
        tuple(registry.providers().values()),
        own_interface=case.get("own_interface", "halab-1"),
    )


@pytest.mark.parametrize("case", CASES)
def test_findings(case: dict[str, Any]) -> None:
    found = examined(case)
    troubles = [one for one in found if one.level != "ok"]
    assert {one.name: one.level for one in troubles} == case["bad"]
    assert all(one.remedy for one in troubles)
    if "count" in case:
        assert len(troubles) == case["count"]
    text = "\n".join(f"{one.found}\n{one.remedy}" for one in found)
    for fragment in case.get("says", ()):
        assert fragment in text


def test_a_platform_without_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = replace(DEBIAN12, boxes={"libvirt": Box("ha-lab/debian12")})
    monkeypatch.setattr(doctor, "get", {"debian12": bare}.__getitem__)
    case = {"platform": "debian12", "provider": "virtualbox"}
    [bad] = [one for one in examined(case) if one.name == "platform"]
    assert (bad.level, bad.found) == ("bad", "debian12 has no box for virtualbox, only for libvirt")
    assert bad.remedy == "./lab up --platform centos9"
    assert not [one for one in examined({**case, "provider": "libvirt"}) if one.name == "platform"]


def surveyed(root: Path, lab: Lab) -> tuple[HostFacts, tuple[Finding, ...]]:
    providers, chosen = tuple(registry.providers().values()), registry.choose(lab.provider)
    facts = survey.read(root, lab, providers, chosen)
    return facts, findings(facts, lab, "auto", chosen, providers)


@pytest.mark.parametrize("lab", [LAB, replace(LAB, provider="libvirt")], ids=["auto", "libvirt"])
def test_reading_this_host(lab: Lab) -> None:
    facts, found = surveyed(ROOT, lab)
    assert facts.folder == str(ROOT)
    assert facts.cpus >= 1
    assert facts.disk_mb
    assert {one.name for one in found} >= {"python", "vagrant", "memory", "network"}


def test_reading_a_host_with_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    facts, found = surveyed(tmp_path, LAB)
    assert (facts.programs, facts.vagrant, facts.networks) == (
        frozenset(),
        None,
        HostNetworks(None, None, ()),
    )
    assert facts.of_providers["docker"].engine is None
    assert facts.of_providers["virtualbox"].version is None
    assert {one.name for one in found if one.level == "bad"} >= {"vagrant", "docker", "ssh"}


def test_a_program_that_hangs_or_talks_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        if argv[0] == "vagrant":
            raise subprocess.TimeoutExpired(argv, 15)
        return subprocess.CompletedProcess(argv, 0, "<html>" if argv[0] == "docker" else "[]", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/usr/bin/{name}")
    facts, found = surveyed(ROOT, LAB)
    assert facts.vagrant == ""
    engine = facts.of_providers["docker"].engine
    assert (engine.version, engine.error) == ("", "the engine does not answer")
    assert facts.networks.of_engines is None
    assert facts.of_providers["virtualbox"].version == ""
    assert {one.name for one in found if one.level == "bad"} >= {"vagrant", "docker"}


def test_no_fact_is_left_unjudged() -> None:
    folders = (ROOT / "inventory" / "host", ROOT / "inventory" / "providers")
    text = "".join(path.read_text() for folder in folders for path in folder.glob("*.py"))
    records = [GOOD, GOOD.networks, *filter(is_dataclass, GOOD.of_providers.values())]
    names = {one.name for record in records for one in fields(record)}
    assert [name for name in sorted(names) if f".{name}" not in text] == []
