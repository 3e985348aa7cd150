from __future__ import annotations

import shutil
import subprocess
from dataclasses import fields, replace
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

import pytest
import yaml

from inventory.config.lab_yaml import load
from inventory.host import doctor, facts
from inventory.host.doctor import Finding, HostFacts, findings, provider_of, read
from inventory.host.facts import DockerNetwork, Engine, Link, RouteEntry
from inventory.model import Lab
from inventory.platforms.debian import DEBIAN12
from inventory.platforms.registry import PLATFORMS
from inventory.providers.requirements import vbox_ranges

ROOT = Path(__file__).parents[4]
LAB = load(ROOT / "lab.yaml")
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['case']}")
    for file in sorted((ROOT / "tests/cases/doctor").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text())
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
    engine=Engine(version="20.10.24+dfsg1", storage="overlay2", cgroup="2"),
    docker_group=True,
    image=True,
    cgroup="v2",
    cgroup_systemd=False,
    cgroup_writable=True,
    virtualbox=None,
    vbox_networks=None,
    vbox_driver=False,
    libvirt_socket="absent",
    kvm="absent",
    memory_mb=8_000,
    disk_mb=80_000,
    cpus=2,
    links=(Link("eth0", IPv4Interface("192.0.2.2/24")),),
    route_entries=(RouteEntry(IPv4Network("192.0.2.0/24"), "eth0"),),
    networks=(),
)


def shaped(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "engine":
        return Engine(**value)
    if name == "links":
        return tuple(Link(interface, IPv4Interface(address)) for interface, address in value)
    if name == "route_entries":
        return tuple(RouteEntry(IPv4Network(network), *rest) for network, *rest in value)
    if name == "networks":
        return tuple(
            DockerNetwork(name, tuple(map(IPv4Network, ranges)), *rest) for name, ranges, *rest in value
        )
    return tuple(value) if isinstance(value, list) else value


def examined(case: dict[str, Any]) -> tuple[Finding, ...]:
    changed = {name: shaped(name, value) for name, value in case.get("changed", {}).items()}
    programs = GOOD.programs - set(case.get("without", ())) | set(case.get("with", ()))
    return findings(
        replace(GOOD, programs=programs, **changed),
        load(ROOT / "lab.yaml", case.get("lab")),
        case.get("platform", "auto"),
        own_interface=case.get("own_interface", "halab-1"),
        provider=case.get("provider", "docker"),
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
    bare = replace(DEBIAN12, boxes={"libvirt": "generic/debian12"})
    monkeypatch.setattr(doctor, "PLATFORMS", {**PLATFORMS, "debian12": bare})
    case = {"platform": "debian12", "provider": "virtualbox"}
    [bad] = [one for one in examined(case) if one.name == "platform"]
    assert (bad.level, bad.found) == ("bad", "debian12 has no box for virtualbox; it has for libvirt")
    assert bad.remedy == "./lab up --platform centos9"
    assert not [one for one in examined({**case, "provider": "libvirt"}) if one.name == "platform"]


@pytest.mark.parametrize(
    ("provider", "programs", "chosen"),
    [
        ("auto", {"docker", "VBoxManage"}, "docker"),
        ("auto", {"VBoxManage", "virsh"}, "virtualbox"),
        ("auto", {"vmrun"}, "vmware_desktop"),
        ("auto", set(), "docker"),
        ("libvirt", {"docker"}, "libvirt"),
    ],
)
def test_the_provider(provider: str, programs: set[str], chosen: str) -> None:
    assert provider_of(replace(GOOD, programs=frozenset(programs)), replace(LAB, provider=provider)) == chosen


@pytest.mark.parametrize("lab", [LAB, replace(LAB, provider="libvirt")], ids=["auto", "libvirt"])
def test_reading_this_host(lab: Lab) -> None:
    found = read(ROOT, lab)
    assert found.folder == str(ROOT)
    assert found.cpus >= 1
    assert found.disk_mb
    assert {one.name for one in findings(found, lab, "auto")} >= {"python", "vagrant", "memory", "network"}


def test_reading_a_host_with_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = read(tmp_path, LAB)
    assert (found.programs, found.vagrant, found.engine, found.links, found.networks) == (
        frozenset(),
        None,
        None,
        None,
        None,
    )
    assert {one.name for one in findings(found, LAB, "auto") if one.level == "bad"} >= {
        "vagrant",
        "docker",
        "ssh",
    }


def test_a_program_that_hangs_or_talks_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(argv: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        if argv[0] == "vagrant":
            raise subprocess.TimeoutExpired(argv, 15)
        return subprocess.CompletedProcess(argv, 0, "<html>" if argv[0] == "docker" else "[]", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    found = read(ROOT, LAB)
    assert found.vagrant == ""
    assert found.engine
    assert (found.engine.version, found.engine.error) == ("", "the engine does not answer")
    assert found.networks is None


def test_no_field_is_left_unjudged() -> None:
    text = "".join(
        (ROOT / "inventory" / name).read_text()
        for name in ("host/doctor.py", "providers/requirements.py", "host/network_conflicts.py")
    )
    assert [one.name for one in fields(HostFacts) if f"facts.{one.name}" not in text] == []


V1 = "30 29 0:26 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
V2 = "31 29 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
TMPFS = "29 1 0:25 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs rw\n"


@pytest.mark.parametrize(
    ("mounts", "kind", "read_only"),
    [
        ("", None, False),
        (TMPFS + V1, "v1", False),
        (TMPFS + V1 + V2, "hybrid", False),
        ("24 23 0:21 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n", "v2", False),
        ("24 23 0:21 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n", "v2", True),
    ],
)
def test_cgroup(mounts: str, kind: str | None, read_only: bool) -> None:
    assert (facts.cgroup(mounts), facts.cgroup_read_only(mounts)) == (kind, read_only)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Vagrant 2.3.4\n", "2.3.4"),
        ("7.0.10r158379\n", "7.0.10"),
        ("6.1.38_Ubuntu", "6.1.38"),
        ("none", ""),
        ("", ""),
    ],
)
def test_version(text: str, number: str) -> None:
    assert facts.version(text) == number


def test_parsers() -> None:
    assert facts.memory("MemTotal: 4096 kB\nMemAvailable:   2048000 kB\n") == 2000
    assert facts.memory("") is None
    text = "1,,ui,info,vagrant-libvirt (0.11.2)\n1,x,plugin-name,vagrant-libvirt\n1,x,plugin-version,0.1\n"
    assert facts.plugins(text) == ("vagrant-libvirt",)
    assert vbox_ranges("* 10.0.0.0/8, 172.16.0.0/12 # ours\n\nnonsense\n*\n") == (
        "10.0.0.0/8",
        "172.16.0.0/12",
    )


def test_routes_and_addresses() -> None:
    assert facts.route_entries(
        '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0"},{"type":"blackhole","dst":"172.16.0.0/12"},'
        '{"dst":"10.8.0.1","dev":"tun0"}]'
    ) == (
        RouteEntry(IPv4Network("172.16.0.0/12"), "", "blackhole"),
        RouteEntry(IPv4Network("10.8.0.1/32"), "tun0"),
    )
    assert facts.links(
        '[{"ifname":"lo","flags":["LOOPBACK"],"addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8}]},'
        '{"ifname":"eth0","flags":[],"addr_info":[{"family":"inet","local":"192.0.2.2","prefixlen":24}]},{}]'
    ) == (Link("eth0", IPv4Interface("192.0.2.2/24")),)


def test_docker_networks() -> None:
    text = """[
      {"Name": "none", "Id": "0", "IPAM": {"Config": null}, "Options": {}, "Labels": {}},
      {"Name": "six", "Id": "6", "IPAM": {"Config": [{"Subnet": "fd00::/64"}]}, "Options": null},
      {"Name": "ha-lab-1", "Id": "123456789012345", "Labels": {"ha-lab.folder": "/labs/one"}, "Options": {},
       "IPAM": {"Config": [{"Subnet": "172.16.0.0/16"}]}},
      {"Name": "bridge", "Id": "2", "Labels": {}, "Options": {"com.docker.network.bridge.name": "docker0"},
       "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]}}]"""
    assert facts.docker_networks(text) == (
        DockerNetwork("ha-lab-1", (IPv4Network("172.16.0.0/16"),), "br-123456789012", "/labs/one"),
        DockerNetwork("bridge", (IPv4Network("172.17.0.0/16"),), "docker0"),
    )
