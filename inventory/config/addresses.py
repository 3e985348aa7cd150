"""The lab's network, its nodes' names and addresses, and the floating address (walkthrough, "The lab")."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network

from inventory.config.yaml_document import YamlNode, listed
from inventory.model import Node
from inventory.ranges import BENCHMARKS, PRIVATE_NETWORKS
from inventory.sizes import LEAST_NODES, MOST_NODES

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_FQDN = re.compile(rf"{_LABEL}(\.{_LABEL})*\.(?=.*[a-z]){_LABEL}")


def network(yaml_node: YamlNode) -> IPv4Network | None:
    """Read a private network that is large enough for the lab."""
    allowed = "an IPv4 network with its prefix length, such as 172.16.0.0/16"
    text = yaml_node.text(allowed, lambda text: "/" in text)
    if text is None:
        return None
    try:
        found = IPv4Network(text, strict=False)
    except ValueError:
        yaml_node.wrong(allowed)
        return None
    if str(found.network_address) != text.split("/", 1)[0]:
        yaml_node.wrong(f"the network's own address: {found}")
    if found.overlaps(IPv4Network("127.0.0.0/8")):
        yaml_node.wrong("a private network; this one overlaps loopback (127.0.0.0/8)")
    elif found.overlaps(IPv4Network("224.0.0.0/4")):
        yaml_node.wrong("a private network; this one overlaps multicast (224.0.0.0/4)")
    elif not any(found.subnet_of(private) for private in PRIVATE_NETWORKS):
        yaml_node.wrong(f"a network within {listed(map(str, PRIVATE_NETWORKS))}; others hide real hosts")
    elif found.prefixlen > 29:
        yaml_node.wrong(
            "a prefix length of 29 or less: two nodes, the floating address and this host need room"
        )
    return found


def labs(yaml_node: YamlNode, network: IPv4Network | None) -> IPv4Network:
    """Read the range for the networks of labs 2, 3, ...; BENCHMARKS when lab.yaml has none."""
    if not yaml_node.present:
        return BENCHMARKS
    allowed = f"a private range that does not overlap the network, such as {BENCHMARKS}"
    text = yaml_node.text(allowed, lambda text: "/" in text)
    try:
        found = IPv4Network(text or BENCHMARKS)
    except ValueError:
        yaml_node.wrong(allowed)
        return BENCHMARKS
    if not any(found.subnet_of(private) for private in PRIVATE_NETWORKS):
        yaml_node.wrong(f"a range within {listed(map(str, PRIVATE_NETWORKS))}; others hide real hosts")
    elif network is not None and found.overlaps(network):
        yaml_node.wrong(f"{allowed}; this one overlaps {network}")
    return found


def nodes(yaml_node: YamlNode, network: IPv4Network | None) -> tuple[Node, ...]:
    """Read 2 to 8 nodes. A node with a wrong name or address is kept, so that the later checks can run."""
    items = yaml_node.items(f"{LEAST_NODES} to {MOST_NODES} nodes")
    if isinstance(yaml_node.value, list) and not LEAST_NODES <= len(items) <= MOST_NODES:
        count = "1 node" if len(items) == 1 else f"{len(items)} nodes"
        yaml_node.remark(f"found {count}; allowed: {LEAST_NODES} to {MOST_NODES} nodes")
    found: list[Node] = []
    names: dict[str, str] = {}
    aliases: dict[str, str] = {}
    addresses: dict[IPv4Address, str] = {}
    for number, item in enumerate(items, 1):
        part = item.fields(("name", "address"))
        name, address = _hostname(part["name"]), _address(part["address"], network)
        if name is not None:
            alias = name.split(".", 1)[0]
            if name in names:
                part["name"].remark(f"found {name} twice; allowed: different names (also {names[name]})")
            elif alias in aliases:
                part["name"].remark(
                    f"found the alias {alias} twice; allowed: a first label that differs from {aliases[alias]}"
                )
            names.setdefault(name, part["name"].path)
            aliases.setdefault(alias, part["name"].path)
        if address is not None:
            if address in addresses:
                part["address"].remark(
                    f"found {address} twice; allowed: different addresses (also {addresses[address]})"
                )
            addresses.setdefault(address, part["address"].path)
        found.append(Node(name or str(part["name"].value), address or IPv4Address(0), number))
    return tuple(found)


def floating(yaml_node: YamlNode, network: IPv4Network | None, nodes: tuple[Node, ...]) -> IPv4Address | None:
    """Read the floating address: an address in the network that no node has."""
    vip = _address(yaml_node, network)
    for node in nodes:
        if vip is not None and node.address == vip:
            yaml_node.wrong(f"an address that no node has; this one is the address of {node.name}")
    return vip


def machine(
    name_node: YamlNode,
    address_node: YamlNode,
    network: IPv4Network | None,
    nodes: tuple[Node, ...],
    vip: IPv4Address | None,
) -> Node | None:
    """Read a machine that is no node: its name and its address are different from those of all nodes."""
    name, address = _hostname(name_node), _address(address_node, network)
    for node in nodes:
        if name is not None and node.alias == name.split(".", 1)[0]:
            name_node.wrong(f"a name whose first label no node has; {node.name} is a node")
        if address is not None and node.address == address:
            address_node.wrong(f"an address that no node has; this one is the address of {node.name}")
    if address is not None and address == vip:
        address_node.wrong("another address; this one is the floating address (vip)")
    return None if name is None or address is None else Node(name, address, 0)


def _address(yaml_node: YamlNode, network: IPv4Network | None) -> IPv4Address | None:
    allowed = f"an IPv4 address in {network}" if network else "an IPv4 address"
    text = yaml_node.text(allowed)
    if text is None:
        return None
    try:
        address = IPv4Address(text)
    except ValueError:
        yaml_node.wrong(allowed)
        return None
    if network is None:
        return address
    if address not in network:
        yaml_node.wrong(f"{allowed}; this one is outside the network")
    elif address == network.network_address:
        yaml_node.wrong(f"{allowed}; this one is the network's own address")
    elif address == network.broadcast_address:
        yaml_node.wrong(f"{allowed}; this one is the broadcast address")
    elif address == network.network_address + 1:
        yaml_node.wrong(f"{allowed}; the first one is the address of this host in the lab's network")
    return address


def _hostname(yaml_node: YamlNode) -> str | None:
    allowed = "a full host name in lower case, such as node1.example.com, as `uname -n` will print it"
    text = yaml_node.text(allowed)
    if text is None:
        return None
    if "." not in text.strip("."):
        yaml_node.wrong(f"{allowed}; this one has no domain")
    elif len(text) > 64:
        yaml_node.wrong(f"{allowed}; this one has {len(text)} characters, and Linux allows 64")
    elif not _FQDN.fullmatch(text):
        yaml_node.wrong(f"{allowed}: labels of letters, digits and inner hyphens")
    elif not re.match("[a-z][a-z0-9-]*[.]", text):
        yaml_node.wrong(
            f"{allowed}; its first label is the machine's name for Vagrant, and begins with a letter"
        )
    elif text.startswith("localhost."):
        yaml_node.wrong(f"{allowed}; localhost is the loopback name of every host")
    else:
        return text
    return None
