"""keepalived's configuration, and the periods in which a peer held the address."""

from __future__ import annotations

from datetime import datetime, timezone
from ipaddress import IPv4Address, IPv4Network

import pytest

from benchmarks import keepalived
from benchmarks.peers import peer_lab
from inventory.errors import ConfigError
from tests.support.example_lab import example_lab

LAB = peer_lab(example_lab(), IPv4Network("198.19.255.0/24"))
VIP = IPv4Address("198.19.255.10")
START = datetime(2026, 11, 26, 18, 0, tzinfo=timezone.utc).timestamp()


def test_the_peers_have_the_lab_s_names_in_their_own_network() -> None:
    assert [(node.name, str(node.address)) for node in LAB.nodes] == [
        ("node1.magedu.com", "198.19.255.11"),
        ("node2.magedu.com", "198.19.255.12"),
    ]
    assert LAB.url == "http://198.19.255.10/"


def test_a_network_that_is_too_small() -> None:
    with pytest.raises(ConfigError, match="too small"):
        peer_lab(example_lab(), IPv4Network("198.19.255.0/28"))


def test_the_two_configurations() -> None:
    one, other = (keepalived.configuration(LAB, node, 0.1, "eth0", "apache2") for node in LAB.nodes)
    for line in ("vrrp_version 3", "state BACKUP", "nopreempt", "advert_int 0.1", "198.19.255.10/24"):
        assert f"    {line}\n" in one
        assert f"    {line}\n" in other
    assert "priority 101\n" in one
    assert "priority 100\n" in other
    assert "unicast_src_ip 198.19.255.11\n    unicast_peer {\n        198.19.255.12\n" in one
    assert 'script "/usr/bin/pgrep -x apache2"' in one
    assert one.count("{") == one.count("}")


def event(at: str, *, deleted: bool = False, address: str = "198.19.255.10") -> str:
    word = "Deleted " if deleted else ""
    return (
        f"[2026-11-26T18:00:{at}] {word}26: eth0    inet {address}/24 scope global secondary eth0\\ valid_lft"
    )


def test_got_and_lost() -> None:
    events = "\n".join(
        [
            event("01.500000"),
            event("02.000000", address="198.19.255.11"),
            event("04.250000", deleted=True),
            "[2026-11-26T18:00:05.000000] 26: eth0    inet6 fe80::1/64 scope link",
            event("06.000000"),
        ]
    )
    found = keepalived.held(events, VIP, START, START + 10, at_first=False)
    assert [at - START for period in found for at in period] == pytest.approx([1.5, 4.25, 6, 10])


def test_held_from_the_beginning() -> None:
    assert keepalived.held("", VIP, START, START + 3, at_first=True) == ((START, START + 3),)
    lost = event("01.000000", deleted=True)
    assert keepalived.held(lost, VIP, START, START + 3, at_first=True) == ((START, START + 1),)
    assert keepalived.held(lost, VIP, START, START + 3, at_first=False) == ()


def test_two_owners() -> None:
    periods = {"node1": ((0.0, 5.0), (8.0, 9.0)), "node2": ((4.0, 8.5),)}
    assert keepalived.overlap(periods) == 1.5
    assert keepalived.overlap({"node1": ((0.0, 5.0),), "node2": ((5.0, 6.0),)}) == 0
