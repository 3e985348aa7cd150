"""The router and the client behind it: what is made and removed on this host, and why there may be none."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from inventory.config.numbered import numbered
from inventory.errors import MachineError
from inventory.host import router
from inventory.host.router import Router, address_in, left, link_name, names, remove
from inventory.ranges import BEHIND_ROUTER, PRIVATE_NETWORKS
from tests.support.example_lab import example_lab

LAB = example_lab()
DIGEST = "0123abcd"
OWN = Router(DIGEST, f"halab-{DIGEST}", LAB.network, IPv4Address("172.16.255.254"))


class Host:
    """Namespaces and links of a host as files, and the programs that make and remove them."""

    def __init__(self, folder: Path) -> None:
        self.namespaces, self.links = folder / "netns", folder / "net"
        for one in (self.namespaces, self.links):
            one.mkdir()
        (self.links / OWN.bridge).touch()
        self.calls: list[tuple[str, str]] = []
        self.fails = ""

    def run(self, argv: list[str], input: str = "", **_: Any) -> subprocess.CompletedProcess[str]:
        self.calls.append((" ".join(argv), input))
        if self.fails and self.fails in " ".join([*argv, input]):
            return subprocess.CompletedProcess(argv, 1, "", "RTNETLINK answers: No such device\n")
        for words in [argv[1:], *(line.split() for line in input.splitlines())]:
            match words:
                case ["netns", "add", name]:
                    (self.namespaces / name).touch()
                case ["netns", "del", name]:
                    (self.namespaces / name).unlink()
                case ["link", "add", name, "type", "veth", *_] if argv[1] == "-batch":
                    (self.links / name).touch()
                case ["link", "del", name]:
                    (self.links / name).unlink()
        return subprocess.CompletedProcess(argv, 0, "", "")

    @property
    def batches(self) -> dict[str, str]:
        """What `ip -batch` read, by its first words; in one namespace, by the namespace."""
        return {argv: text for argv, text in self.calls if argv.endswith("-batch -")}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    found = Host(tmp_path)
    monkeypatch.setattr(router, "NAMESPACES", found.namespaces)
    monkeypatch.setattr(router, "LINKS", found.links)
    monkeypatch.setattr(subprocess, "run", found.run)
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/usr/sbin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    yield found
    assert left(DIGEST) == (), "nothing is left on this host"


def test_the_client_has_one_route_only_and_the_nodes_need_none(host: Host) -> None:
    OWN.make()
    own, client = (host.batches[f"ip -n {name} -batch -"].splitlines() for name in names(DIGEST))
    assert "addr add 172.16.255.254/16 dev lab" in own
    assert [line for line in (*own, *client) if line.startswith("route")] == [
        "route add 172.16.0.0/16 via 192.0.2.1"
    ]
    assert not any("default" in text for text in host.batches.values())
    for name, forwards in zip(names(DIGEST), (1, 0), strict=True):
        [settings] = [argv for argv, _ in host.calls if argv.startswith(f"ip netns exec {name} sh")]
        assert f"echo {forwards} >ipv4/ip_forward" in settings
        assert "disable_ipv6" in settings
    assert host.calls[-1][0] == (
        f"ip netns exec {names(DIGEST)[0]} iptables -w -t nat -A POSTROUTING -o lab -j SNAT "
        "--to-source 172.16.255.254"
    )
    assert left(DIGEST) == (link_name(DIGEST), *names(DIGEST))
    assert OWN.client == host.namespaces / names(DIGEST)[1]
    assert remove(DIGEST)
    assert not remove(DIGEST), "there is none any more"


@pytest.mark.parametrize("step", ["netns add", "link add halab-r", "-n", "ip_forward", "iptables"])
def test_what_cannot_be_made_whole_is_removed(host: Host, step: str) -> None:
    host.fails = step
    with pytest.raises(MachineError, match="No such device"):
        OWN.make()


def test_what_a_killed_drill_left_is_removed_first(host: Host) -> None:
    for name in names(DIGEST):
        (host.namespaces / name).touch()
    (host.links / link_name(DIGEST)).touch()
    OWN.make()
    deleted = [argv for argv, _ in host.calls if " del " in argv]
    assert deleted == [
        f"ip link del {link_name(DIGEST)}",
        *(f"ip netns del {name}" for name in names(DIGEST)),
    ]
    remove(DIGEST)


def test_what_cannot_be_removed_says_what_to_type(host: Host) -> None:
    (host.namespaces / names(DIGEST)[0]).touch()
    host.fails = "netns del"
    with pytest.raises(MachineError) as caught:
        remove(DIGEST)
    assert caught.value.hint == f"As root: ip netns del {names(DIGEST)[0]}"
    host.fails = ""
    remove(DIGEST)


def test_another_lab_has_other_names_and_the_same_client_network(host: Host) -> None:
    other = replace(OWN, digest="fedc3210", bridge="halab-fedc3210")
    (host.links / other.bridge).touch()
    OWN.make()
    other.make()
    remove(DIGEST)
    assert left("fedc3210") == (link_name("fedc3210"), *names("fedc3210"))
    remove("fedc3210")
    assert len(link_name(DIGEST)) <= 15, "Linux allows 15 characters"


def test_without_root_without_programs_and_without_the_bridge_there_is_none(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MachineError, match="the lab's bridge halab-none is not on this machine"):
        replace(OWN, bridge="halab-none").require()
    monkeypatch.setattr(shutil, "which", lambda name, **_: None)
    with pytest.raises(MachineError, match="not installed: ip, iptables"):
        OWN.require()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(MachineError, match="only root can make network namespaces"):
        OWN.make()
    assert host.calls == []


def test_its_address_is_the_highest_that_nobody_has() -> None:
    assert address_in(LAB) == IPv4Address("172.16.255.254")
    assert address_in(numbered(LAB, 2)) == IPv4Address("198.18.2.254")
    assert address_in(replace(LAB, vip=IPv4Address("172.16.255.254"))) == IPv4Address("172.16.255.253")
    full = IPv4Network("172.16.100.8/29")
    nodes = tuple(
        replace(node, address=IPv4Address(f"172.16.100.{n}"))
        for node, n in zip(LAB.nodes, (13, 14), strict=True)
    )
    small = replace(LAB, network=full, nodes=nodes, vip=IPv4Address("172.16.100.12"))
    assert address_in(small) == IPv4Address("172.16.100.11")
    tiny = replace(small, network=IPv4Network("172.16.100.12/30"))
    with pytest.raises(MachineError, match="no free address"):
        address_in(tiny)


def test_no_lab_can_have_the_clients_network() -> None:
    assert not any(BEHIND_ROUTER.overlaps(one) for one in PRIVATE_NETWORKS)


def test_entering_a_namespace_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        router.enter(tmp_path / "none")
    (tmp_path / "plain").touch()
    with pytest.raises(OSError, match="plain"):
        router.enter(tmp_path / "plain")
