"""lab.yaml of an adopted cluster: its own keys, and names and addresses that somebody else chose."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from cluster.adopted import Wanted, describe
from inventory.config import lab_yaml
from inventory.errors import ConfigError
from inventory.model import Lab
from language import fast_yaml
from status import adoption
from tests.support.adopted_cluster import HOSTS, AdoptedNodes
from tests.support.example_lab import CASES

TEXT = describe(adoption.read_by(AdoptedNodes(), HOSTS, "ssh"), "/home/me/ssh_config", Wanted()).text
OWN = (CASES.parent.parent / "lab.yaml").read_text()


def parse(changes: dict[str, Any], text: str = TEXT) -> Lab:
    return lab_yaml.parse(yaml.safe_dump({**fast_yaml.read(text), **changes}), "lab.yaml")


def nodes(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = fast_yaml.read(TEXT)["nodes"]
    return [{**row, **change} for row, change in zip(rows, changes, strict=True)]


def test_what_the_labs_own_nodes_could_not_have() -> None:
    """The first address of the network, a network of their own, a name without a domain, a nodeid from afar."""
    rows = nodes({"address": "10.240.7.1", "id": 7}, {"address": "192.168.3.9", "name": "Beta"})
    lab = parse({"nodes": rows, "constraints": {}})
    assert [(one.name, str(one.address), one.id) for one in lab.nodes] == [
        ("alpha", "10.240.7.1", 7),
        ("Beta", "192.168.3.9", 2),
    ]
    third = {"name": "gamma", "address": "10.240.7.23", "page": "gamma"}
    corosync = {**fast_yaml.read(TEXT)["corosync"], "two_node": False, "consensus_ms": 4380}
    several = parse({"nodes": [*nodes({}, {}), third], "corosync": corosync})
    assert [(one.id, one.ssh_host) for one in several.nodes] == [(1, "a"), (2, "b"), (3, "gamma")]


def test_fencing_is_judged_by_the_cluster_itself() -> None:
    """The lab's own nodes cannot have fencing without a device: no resource would start."""
    assert parse({"properties": {"stonith-enabled": "true"}}).properties["stonith-enabled"] == "true"
    assert parse({"fencing": "own"}).fencing == "own"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ssh_config": None}, "ssh_config: the key is missing"),
        ({"fencing": "ipmi"}, "fencing: found"),
        ({"vip": "10.99.0.1"}, "this one is outside the network"),
        ({"vip": "10.240.7.21"}, "this one is the address of alpha"),
        ({"nodes": nodes({"address": "x"}, {})}, "allowed: an IPv4 address"),
        ({"nodes": nodes({"page": ""}, {})}, "a text that only this node's page has"),
        ({"nodes": nodes({"page": "same"}, {"page": "the same"})}, "in another node's page"),
        ({"nodes": nodes({"id": 2}, {})}, "found the id 2 twice"),
        ({"nodes": nodes({"name": "alpha.a"}, {"name": "alpha.b"})}, "found the first label of the name alpha twice"),
        ({"nodes": nodes({"host": "b"}, {})}, "found the host b twice"),
        ({"nodes": nodes({"name": "a b"}, {})}, "as `crm_node -n` prints it"),
        ({"nodes": nodes({}, {})[:1]}, "found 1 nodes"),
        ({"nodes": nodes({"colour": "red"}, {})}, "unknown key"),
    ],
)  # fmt: skip
def test_mistakes(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(changes)
    assert says in caught.value.message


@pytest.mark.parametrize("changes", [{"ssh_config": "file"}, {"reboots": False}, {"fencing": "own"}])
def test_the_labs_own_nodes_have_none_of_these_keys(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(changes, OWN)
    assert next(iter(changes)) in caught.value.message
