"""Lab N is derived from lab.yaml: its addresses move into the range `labs`, all else stays."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations
from typing import Any

import pytest

from inventory.config.numbered import numbered
from inventory.errors import ConfigError
from inventory.model import Lab
from tests.support.example_lab import NODE1, NODE2, example_lab


def addresses(lab: Lab) -> list[str]:
    return [str(one) for one in (*(node.address for node in lab.nodes), lab.vip)]


def lab_at(network: str, first: str, second: str, vip: str, **changes: Any) -> Lab:
    lab = example_lab(network=IPv4Network(network), vip=IPv4Address(vip), **changes)
    pair = zip(lab.nodes, (first, second), strict=True)
    return replace(lab, nodes=tuple(replace(node, address=IPv4Address(at)) for node, at in pair))


def test_the_first_lab_is_lab_yamls() -> None:
    assert numbered(example_lab(), 1) == example_lab()


def test_each_address_keeps_its_place() -> None:
    second = numbered(example_lab(), 2)
    assert addresses(second) == ["198.18.2.15", "198.18.2.16", "198.18.2.11"]
    assert (str(second.network), second.number) == ("198.18.2.0/24", 2)
    assert [node.name for node in second.nodes] == [NODE1, NODE2]
    first = example_lab()
    assert replace(second, network=first.network, nodes=first.nodes, vip=first.vip, number=1) == first


def test_no_two_labs_overlap() -> None:
    networks = [numbered(example_lab(), number).network for number in range(1, 100)]
    assert not [pair for pair in combinations(networks, 2) if pair[0].overlaps(pair[1])]


@pytest.mark.parametrize(
    ("lab", "network", "moved"),
    [
        (lab_at("10.0.0.0/8", "10.0.0.15", "10.1.0.16", "10.1.0.17"), "198.18.0.0/15", None),
        (lab_at("10.0.0.0/8", "10.0.1.15", "10.0.2.16", "10.0.2.1"), "198.18.8.0/22", "198.18.9.15"),
        (lab_at("10.0.0.0/8", "10.0.1.1", "10.0.1.16", "10.0.1.17"), "198.18.4.0/23", "198.18.5.1"),
        (lab_at("10.0.0.0/29", "10.0.0.2", "10.0.0.3", "10.0.0.4"), "198.18.0.16/29", "198.18.0.18"),
        (lab_at("10.0.0.0/16", "10.0.9.255", "10.0.9.3", "10.0.9.4"), "198.18.8.0/22", "198.18.9.255"),
    ],
)
def test_the_block_is_as_large_as_the_addresses_need(lab: Lab, network: str, moved: str | None) -> None:
    if moved is None:
        assert [str(numbered(lab, 2).network)] == [network], "one network fills the whole range"
        return
    found = numbered(lab, 2)
    assert (str(found.network), addresses(found)[0]) == (network, moved)
    for one in (*(node.address for node in found.nodes), found.vip):
        assert one in found.network
        assert one not in (found.network[0], found.network[1], found.network[-1])


def test_a_range_without_room() -> None:
    small = example_lab(labs=IPv4Network("10.9.0.0/23"))
    assert [str(numbered(small, number).network) for number in (2, 3)] == ["10.9.0.0/24", "10.9.1.0/24"]
    with pytest.raises(ConfigError, match=r"labs: the range 10\.9.0\.0/23 has room for the labs 2 to 3 only"):
        numbered(small, 4)
    with pytest.raises(ConfigError, match="has no room, and lab 2 was asked for: each lab takes a /24"):
        numbered(example_lab(labs=IPv4Network("10.9.0.0/28")), 2)


def test_a_range_that_overlaps_the_first_lab() -> None:
    lab = lab_at("198.18.0.0/16", "198.18.0.5", "198.18.0.6", "198.18.0.7")
    with pytest.raises(ConfigError, match=r"overlaps 198\.18\.0\.0/16, the network of the first lab"):
        numbered(lab, 2)
    assert numbered(lab, 1) == lab
