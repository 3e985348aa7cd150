"""The BMCs of a lab: what is refused, what is started, kept and ended, and who may reach them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from inventory.bmc import packet_filter, process, secret, service
from inventory.bmc.access import Bmc, bmcs
from inventory.errors import MachineError
from inventory.host import command, install, networks
from inventory.host.networks import HostNetworks, Link
from inventory.providers import registry
from inventory.providers.base import LabFolder
from inventory.waiting import Clock
from tests.support.example_lab import example_lab
from tests.support.fenced_lab import fenced_lab

DOCKER = registry.get("docker")


class Host:
    """This machine in memory: the BMCs that run, by folder, and the rules of iptables."""

    def __init__(self, folder: LabFolder, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.running: dict[str, str] = {}
        self.started: list[str] = []
        self.installed: list[str] = []
        self.rules: list[str] = []
        self.refuses = ""
        self.table: list[str] = []
        """The rules as `iptables -S` lists them."""
        self.links = (Link(folder.bridge, IPv4Interface("172.16.0.1/16")),)
        monkeypatch.setattr(networks, "read", lambda: HostNetworks(self.links, ()))
        monkeypatch.setattr(
            install, "missing", lambda packages: {"openipmi"} if not self.installed else set()
        )
        monkeypatch.setattr(install, "ensure_packages", lambda names, say: self.installed.extend(names))
        monkeypatch.setattr(process, "running", lambda place: self.running.get(place.name))
        monkeypatch.setattr(process, "answers", lambda bmc: bmc.node.alias in self.running)
        monkeypatch.setattr(process, "start", self.start)
        monkeypatch.setattr(process, "stop", lambda place, clock: self.running.pop(place.name, None))
        monkeypatch.setattr(command, "as_root", self.as_root)

    def start(self, place: Path, bmc: Bmc, clock: Clock) -> None:
        assert (place / "lan.conf").exists()
        assert len(self.table) == 5, "nobody else may reach a BMC before it runs"
        self.running[place.name] = "process"
        (place / process.PID).write_text("pid")
        self.started.append(place.name)

    def as_root(self, argv: Sequence[str], by_hand: str) -> str:
        """iptables(8), as far as it is used here."""
        if self.refuses and self.refuses in by_hand:
            raise MachineError("refused")
        kind, *words = argv[2:]
        if kind == "-S":
            return "".join(f"{line}\n" for line in self.table)
        self.rules.append(" ".join(argv))
        line = " ".join(words).replace("-p udp --dport", "-p udp -m udp --dport")
        if kind in ("-A", "-I", "-N"):
            self.table.append(f"{'-N' if kind == '-N' else '-A'} {line}")
        else:
            gone = {"-D": f"-A {line}", "-F": f"-A {line} ", "-X": f"-N {line}"}[kind]
            left = [one for one in self.table if not one.startswith(gone)]
            if kind != "-F" and left == self.table:
                raise MachineError(f"iptables: there is no {line}")
            self.table = left
        return ""

    def ensure(self) -> None:
        self.started, self.rules = [], []
        service.ensure(self.folder, DOCKER, lambda line: None, Clock())


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(LabFolder(tmp_path, fenced_lab()), monkeypatch)


def test_they_are_started_once(host: Host) -> None:
    host.ensure()
    assert host.started == ["node1", "node2"]
    assert host.installed == ["openipmi"]
    host.ensure()
    assert (host.started, host.rules) == ([], []), "a second run does nothing"


def test_only_the_dead_one_is_started_again(host: Host) -> None:
    host.ensure()
    del host.running["node2"]
    assert list(service.silent(host.folder.home / ".lab", host.folder.lab).values()) == [
        "its BMC (UDP port 6232 of 172.16.0.1) does not run"
    ]
    host.ensure()
    assert host.started == ["node2"]
    assert host.rules == [], "the other one stays behind its filter"


def test_without_its_filter_no_bmc_runs_on(host: Host) -> None:
    """Another program may remove the rules, such as a reload of firewalld."""
    host.ensure()
    host.table = host.table[:-1]
    host.ensure()
    assert host.started == ["node1", "node2"]
    host.table = []
    host.refuses = "-N"
    with pytest.raises(MachineError):
        host.ensure()
    assert host.running == {}


def test_a_filter_that_cannot_be_removed_is_not_forgotten(host: Host) -> None:
    host.ensure()
    host.refuses = "-X"
    with pytest.raises(MachineError):
        service.stop(host.folder.home)
    host.refuses = ""
    service.stop(host.folder.home)
    assert host.table == []


def test_one_that_runs_and_does_not_answer_is_told(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.ensure()
    monkeypatch.setattr(process, "answers", lambda bmc: bmc.node.id == 1)
    told = service.silent(host.folder.home / ".lab", host.folder.lab)
    assert list(told.values()) == ["its BMC does not answer at 172.16.0.1, UDP port 6232"]


def test_another_password_starts_them_again(host: Host) -> None:
    host.ensure()
    (secret.folder(host.folder.home / ".lab") / secret.NAME).write_text("another\n")
    host.ensure()
    assert host.started == ["node1", "node2"]


def test_stop_leaves_nothing(host: Host) -> None:
    host.ensure()
    host.rules = []
    service.stop(host.folder.home)
    assert host.running == {}
    assert not secret.folder(host.folder.home / ".lab").exists()
    assert [rule.split()[2] for rule in host.rules] == ["-D", "-F", "-X"]
    service.stop(host.folder.home)


def test_halt_keeps_the_files(host: Host) -> None:
    host.ensure()
    password = secret.password(host.folder.home / ".lab")
    service.halt(host.folder.home)
    assert host.running == {}
    assert secret.password(host.folder.home / ".lab") == password


def test_without_fencing_what_is_left_is_ended(host: Host) -> None:
    host.ensure()
    host.folder = replace(host.folder, lab=example_lab())
    host.ensure()
    assert host.running == {}
    assert not secret.folder(host.folder.home / ".lab").exists()


def test_a_machine_without_the_labs_interface(host: Host) -> None:
    host.links = (Link("eth0", IPv4Interface("172.16.0.1/16")),)
    with pytest.raises(MachineError, match=r"no address 172\.16\.0\.1 on an interface of the lab"):
        host.ensure()
    assert host.started == []


def test_without_the_filter_no_bmc_is_started(host: Host) -> None:
    host.refuses = "DROP"
    with pytest.raises(MachineError):
        host.ensure()
    assert host.started == []


def test_only_the_labs_interface_and_this_machine_reach_them() -> None:
    make, undo = packet_filter.rules("CHAIN", "bridge", bmcs(fenced_lab()))
    assert [" ".join(one[2:]) for one in make] == [
        "-N CHAIN",
        "-A CHAIN -i bridge -j ACCEPT",
        "-A CHAIN -i lo -j ACCEPT",
        "-A CHAIN -j DROP",
        "-I INPUT -d 172.16.0.1/32 -p udp --dport 6231:6232 -j CHAIN",
    ]
    assert [" ".join(one[2:]) for one in undo] == [
        "-D INPUT -d 172.16.0.1/32 -p udp --dport 6231:6232 -j CHAIN",
        "-F CHAIN",
        "-X CHAIN",
    ]


def test_the_filter_is_undone_as_it_was_made(host: Host, tmp_path: Path) -> None:
    """Also after lab.yaml has other addresses."""
    packet_filter.close(tmp_path, "CHAIN", "bridge", bmcs(fenced_lab()))
    undo = json.loads((tmp_path / packet_filter.UNDO).read_text())
    host.rules = []
    packet_filter.open_again(tmp_path)
    assert host.rules == [" ".join(one) for one in undo]
    host.rules = []
    packet_filter.open_again(tmp_path)
    assert host.rules == []


@pytest.mark.parametrize("name", registry.names())
def test_who_can_have_a_bmc(name: str) -> None:
    provider = registry.get(name)
    if provider.power.booting("id"):
        service.refuse(provider, fenced_lab())
    else:
        with pytest.raises(
            MachineError, match=f"{name} has no command that starts a machine without Vagrant"
        ):
            service.refuse(provider, fenced_lab())
    service.refuse(provider, example_lab())


def test_another_system_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(MachineError, match="needs Linux"):
        service.refuse(DOCKER, fenced_lab())
    service.refuse(DOCKER, example_lab())
