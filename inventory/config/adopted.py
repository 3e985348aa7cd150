"""The nodes of an adopted cluster in lab.yaml: somebody else chose their names, addresses and ids."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address

from inventory.config.yaml_document import YamlNode
from inventory.model import Node
from inventory.sizes import LEAST_NODES, MOST_NODES

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")
MOST_CHARACTERS = 200
"""The longest text by which a page is recognised."""


def nodes(yaml_node: YamlNode) -> tuple[Node, ...]:
    """Read the nodes. A wrong name or address is noted, and the node is kept, so that the later checks can run."""
    found: list[Node] = []
    for number, item in enumerate(yaml_node.items("nodes"), 1):
        part = item.fields(("name", "address", "page"), ("host", "id"))
        name = part["name"].text(
            "a node's name in the cluster, as `crm_node -n` prints it",
            lambda text: bool(_NAME.fullmatch(text)),
        )
        page = part["page"].text(
            f"a text that only this node's page has, at most {MOST_CHARACTERS} characters",
            lambda text: 0 < len(text.strip()) <= MOST_CHARACTERS and "\n" not in text,
        )
        host = part["host"].text("a Host of the ssh_config") if part["host"].present else ""
        id_ = part["id"].whole(1, 2**31 - 1, "corosync's nodeid") if part["id"].present else number
        address = _address(part["address"])
        found.append(
            Node(
                name or str(part["name"].value),
                address or IPv4Address(0),
                id_ or number,
                host or "",
                page or "",
            )
        )
    if isinstance(yaml_node.value, list) and not LEAST_NODES <= len(found) <= MOST_NODES:
        yaml_node.remark(f"found {len(found)} nodes; allowed: {LEAST_NODES} to {MOST_NODES} nodes")
    for what, values in (
        ("name", [one.name.lower() for one in found]),
        ("first label of the name", [one.alias.lower() for one in found]),
        ("address", [one.address for one in found]),
        ("host", [one.ssh_host for one in found]),
        ("id", [one.id for one in found]),
    ):
        for twice in _twice(values):
            yaml_node.remark(f"found the {what} {twice} twice; allowed: different ones")
    for one in found:
        if any(other.page and one != other and one.page in other.page for other in found):
            yaml_node.remark(
                f"found the page {one.page!r} of {one.name} in another node's page; allowed: a text"
                " that only its own page has"
            )
    return tuple(found)


def floating(yaml_node: YamlNode, nodes: tuple[Node, ...]) -> IPv4Address | None:
    """Read the floating address: one that no node has."""
    vip = _address(yaml_node)
    for node in nodes:
        if vip is not None and node.address == vip:
            yaml_node.wrong(f"an address that no node has; this one is the address of {node.name}")
    return vip


def _address(yaml_node: YamlNode) -> IPv4Address | None:
    allowed = "an IPv4 address"
    text = yaml_node.text(allowed)
    try:
        return None if text is None else IPv4Address(text)
    except ValueError:
        yaml_node.wrong(allowed)
        return None


def _twice(values: Iterable[object]) -> list[object]:
    seen: list[object] = []
    twice: list[object] = []
    for one in values:
        (twice if one in seen else seen).append(one)
    return list(dict.fromkeys(twice))
