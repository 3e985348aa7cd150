from __future__ import annotations

import subprocess
from ipaddress import IPv4Network

import pytest

from inventory.errors import MachineError
from inventory.providers import libvirt_network
from tests.support.fake_virsh import FakeVirsh, Network

NAME, BRIDGE, RANGE = "ha-lab-1", "halab-1", IPv4Network("172.16.0.0/16")


@pytest.fixture
def virsh(monkeypatch: pytest.MonkeyPatch) -> FakeVirsh:
    fake = FakeVirsh()
    monkeypatch.setattr(subprocess, "run", fake)
    return fake


def test_it_is_isolated_and_its_bridge_is_the_labs(virsh: FakeVirsh) -> None:
    """vagrant-libvirt would make a network with NAT and a bridge virbrN, which no lab can tell from others."""
    libvirt_network.ensure(NAME, BRIDGE, RANGE)
    network = virsh.networks[NAME]
    assert network.active
    assert f"<bridge name='{BRIDGE}'" in network.xml
    assert "<ip address='172.16.0.1' netmask='255.255.0.0'/>" in network.xml
    assert "forward" not in network.xml
    assert "dhcp" not in network.xml


def test_again_changes_nothing_and_a_stopped_one_is_started(virsh: FakeVirsh) -> None:
    libvirt_network.ensure(NAME, BRIDGE, RANGE)
    virsh.calls.clear()
    libvirt_network.ensure(NAME, BRIDGE, RANGE)
    assert {call.split()[0] for call in virsh.calls} == {"net-dumpxml", "net-info"}
    virsh.networks[NAME].active = False
    libvirt_network.ensure(NAME, BRIDGE, RANGE)
    assert virsh.networks[NAME].active


def test_another_range_replaces_it_only_when_no_machine_uses_it(virsh: FakeVirsh) -> None:
    libvirt_network.ensure(NAME, BRIDGE, RANGE)
    virsh.networks[NAME].connections = 2
    with pytest.raises(
        MachineError, match=r"has 172\.16\.0\.0/16, but lab.yaml has 10\.0\.0\.0/24"
    ) as caught:
        libvirt_network.ensure(NAME, BRIDGE, IPv4Network("10.0.0.0/24"))
    assert "./lab down" in caught.value.hint
    virsh.networks[NAME].connections = 0
    libvirt_network.ensure(NAME, BRIDGE, IPv4Network("10.0.0.0/24"))
    assert "10.0.0.1" in virsh.networks[NAME].xml
    assert virsh.networks[NAME].active


def test_one_without_an_address_is_replaced(virsh: FakeVirsh) -> None:
    virsh.networks[NAME] = Network(f"<network><name>{NAME}</name></network>")
    libvirt_network.ensure(NAME, BRIDGE, RANGE)
    assert BRIDGE in virsh.networks[NAME].xml


def test_remove(virsh: FakeVirsh) -> None:
    libvirt_network.remove(NAME)
    libvirt_network.ensure(NAME, BRIDGE, RANGE)
    libvirt_network.remove(NAME)
    assert virsh.networks == {}


@pytest.mark.parametrize("word", ["net-define", "net-start"])
def test_what_virsh_refuses_is_an_error(virsh: FakeVirsh, word: str) -> None:
    virsh.fails = word
    with pytest.raises(MachineError, match=rf"virsh.*{word}"):
        libvirt_network.ensure(NAME, BRIDGE, RANGE)
