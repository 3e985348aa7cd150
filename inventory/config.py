"""lab.yaml -> Lab. Every mistake is found in one pass and named by line, key, found and allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import TypeVar

from inventory.errors import ConfigError
from inventory.fields import Entry, change, listed, read
from inventory.model import (
    INFINITY,
    Colocation,
    Corosync,
    Drill,
    Lab,
    Location,
    Node,
    Order,
    Resource,
)
from inventory.properties import INTERVAL, milliseconds, properties

PLATFORMS = ("auto", "debian12", "centos9", "centos6")
PROVIDERS = ("auto", "docker", "virtualbox", "libvirt", "vmware_desktop")
CIPHERS = ("aes256", "aes192", "aes128", "none")
HASHES = ("sha512", "sha384", "sha256", "sha1", "md5", "none")
KINDS = ("address", "web")
BUDGETS = ("graceful", "crash", "freeze", "partition")
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15")))
SHORTEST_TOKEN_MS = 210
"""Below this corosync refuses to start: its hold time, (token / 4.2) x 0.8 - 10, falls under 30 ms."""

_T = TypeVar("_T")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_FQDN = re.compile(rf"{_LABEL}(\.{_LABEL})*\.(?=.*[a-z]){_LABEL}")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


def load(path: Path, changes: Mapping[str, object] | None = None) -> Lab:
    """The lab that a file describes, with some values changed at dotted key paths before they are judged.

    Raises ConfigError with all mistakes.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such file", hint="run in the lab's folder") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}", hint="a readable UTF-8 text is needed") from error
    return parse(text, str(path), changes)


def parse(text: str, where: str, changes: Mapping[str, object] | None = None) -> Lab:
    """The lab that a YAML text describes; `where` names the text in messages. Raises ConfigError."""
    document = change(read(text, where), changes or {})
    part = document.fields(
        (
            "name", "platform", "provider", "network", "nodes", "vip", "memory_mb", "corosync",
            "properties", "stickiness", "resources", "constraints", "drill",
        )
    )  # fmt: skip
    if not document.present or document.value is None:
        document.wrong("the description of a lab")
    name = part["name"].text(
        "up to 31 lower-case letters, digits and hyphens, a letter first",
        lambda text: bool(_NAME.fullmatch(text)),
    )
    platform, provider = part["platform"].choice(PLATFORMS), part["provider"].choice(PROVIDERS)
    network = _network(part["network"])
    nodes = _nodes(part["nodes"], network)
    vip = _vip(part["vip"], network, nodes)
    memory = part["memory_mb"].whole(384, 65536, "MiB for each virtual machine")
    corosync = _corosync(part["corosync"])
    settings = properties(part["properties"])
    stickiness = _score(part["stickiness"])
    resources = _resources(part["resources"])
    colocations, orders, locations = _constraints(part["constraints"], resources, nodes)
    drill = _drill(part["drill"])
    document.book.close()
    return Lab(
        name=_sure(name),
        platform=_sure(platform),
        provider=_sure(provider),
        network=_sure(network),
        nodes=nodes,
        vip=_sure(vip),
        memory_mb=_sure(memory),
        corosync=_sure(corosync),
        properties=settings,
        stickiness=_sure(stickiness),
        resources=resources,
        colocations=colocations,
        orders=orders,
        locations=locations,
        drill=_sure(drill),
    )


def _sure(value: _T | None) -> _T:
    assert value is not None, "a value is missing but no mistake was noted"
    return value


def _network(entry: Entry) -> IPv4Network | None:
    text = entry.text("an IPv4 network with its prefix length, such as 172.16.0.0/16", lambda text: "/" in text)
    if text is None:
        return None
    try:
        network = IPv4Network(text, strict=False)
    except ValueError:
        entry.wrong("an IPv4 network with its prefix length, such as 172.16.0.0/16")
        return None
    if str(network.network_address) != text.split("/", 1)[0]:
        entry.wrong(f"the network's own address: {network}")
    if network.overlaps(IPv4Network("127.0.0.0/8")):
        entry.wrong("a private network; this one overlaps loopback (127.0.0.0/8)")
    elif network.overlaps(IPv4Network("224.0.0.0/4")):
        entry.wrong("a private network; this one overlaps multicast (224.0.0.0/4)")
    elif not any(network.subnet_of(private) for private in PRIVATE):
        entry.wrong(f"a network within {listed(map(str, PRIVATE))}: another would hide real hosts from this one")
    elif network.prefixlen > 29:
        entry.wrong("a prefix length of 29 or less: two nodes, the floating address and this host need room")
    return network


def _address(entry: Entry, network: IPv4Network | None) -> IPv4Address | None:
    allowed = f"an IPv4 address in {network}" if network else "an IPv4 address"
    text = entry.text(allowed)
    if text is None:
        return None
    try:
        address = IPv4Address(text)
    except ValueError:
        entry.wrong(allowed)
        return None
    if network is None:
        return address
    if address not in network:
        entry.wrong(f"{allowed}; this one lies outside the network")
    elif address == network.network_address:
        entry.wrong(f"{allowed}; this one is the network's own address")
    elif address == network.broadcast_address:
        entry.wrong(f"{allowed}; this one is the broadcast address")
    elif address == network.network_address + 1:
        entry.wrong(f"{allowed}; the first one is this host's own on the lab's network")
    return address


def _nodes(entry: Entry, network: IPv4Network | None) -> tuple[Node, ...]:
    items = entry.items("two nodes")
    if isinstance(entry.value, list) and len(items) != 2:
        entry.remark(f"found {len(items)} nodes; allowed: exactly two, this is a two-node lab")
    nodes: list[Node] = []
    names: dict[str, str] = {}
    aliases: dict[str, str] = {}
    addresses: dict[IPv4Address, str] = {}
    for number, item in enumerate(items, 1):
        part = item.fields(("name", "address"))
        name, address = _hostname(part["name"]), _address(part["address"], network)
        if name is not None:
            alias = name.split(".", 1)[0]
            if name in names:
                part["name"].remark(f"found {name} twice; allowed: a name of its own (also {names[name]})")
            elif alias in aliases:
                part["name"].remark(
                    f"found the alias {alias} twice; allowed: another first label than {aliases[alias]} has"
                )
            names.setdefault(name, part["name"].path)
            aliases.setdefault(alias, part["name"].path)
        if address is not None:
            if address in addresses:
                part["address"].remark(
                    f"found {address} twice; allowed: an address of its own (also {addresses[address]})"
                )
            addresses.setdefault(address, part["address"].path)
        if name is not None:
            nodes.append(Node(name, address or IPv4Address(0), number))
    return tuple(nodes)


def _hostname(entry: Entry) -> str | None:
    allowed = "a full host name in lower case, such as node1.example.com, as `uname -n` will print it"
    text = entry.text(allowed)
    if text is None:
        return None
    if "." not in text.strip("."):
        entry.wrong(f"{allowed}; this one has no domain")
    elif len(text) > 64:
        entry.wrong(f"{allowed}; this one has {len(text)} characters and Linux takes 64")
    elif not _FQDN.fullmatch(text):
        entry.wrong(f"{allowed}: labels of letters, digits and inner hyphens")
    elif text.startswith("localhost."):
        entry.wrong(f"{allowed}; localhost is every host's own loopback name")
    else:
        return text
    return None


def _vip(entry: Entry, network: IPv4Network | None, nodes: tuple[Node, ...]) -> IPv4Address | None:
    vip = _address(entry, network)
    for node in nodes:
        if vip is not None and node.address == vip:
            entry.wrong(f"an address of its own; this one is {node.name}'s")
    return vip


def _corosync(entry: Entry) -> Corosync | None:
    part = entry.fields(("token_ms", "crypto_cipher", "crypto_hash", "two_node"), ("consensus_ms",))
    token = part["token_ms"].whole(SHORTEST_TOKEN_MS, 600_000, "milliseconds")
    consensus = part["consensus_ms"].whole(1, 7_200_000, "milliseconds")
    if token is not None:
        least = math.ceil(token * 6 / 5)
        if not part["consensus_ms"].present:
            consensus = least
        elif consensus is not None and consensus < least:
            part["consensus_ms"].wrong(f"at least {least}, 1.2 x token_ms (corosync.conf(5))")
    cipher, hash_ = part["crypto_cipher"].choice(CIPHERS), part["crypto_hash"].choice(HASHES)
    if hash_ == "none" and cipher not in (None, "none"):
        part["crypto_hash"].wrong(f"{listed(HASHES[:-1])}: corosync takes no cipher ({cipher}) without a hash")
    two_node = part["two_node"].flag()
    if token is None or consensus is None or cipher is None or hash_ is None or two_node is None:
        return None
    return Corosync(token, consensus, cipher, hash_, two_node)


def _score(entry: Entry) -> int | None:
    value = entry.value
    words = {"INFINITY": INFINITY, "+INFINITY": INFINITY, "-INFINITY": -INFINITY}
    if isinstance(value, str) and value in words:
        return words[value]
    if isinstance(value, int) and not isinstance(value, bool) and -INFINITY <= value <= INFINITY:
        return value
    if entry.present:
        entry.wrong(f"a whole number from -{INFINITY} to {INFINITY}, INFINITY, -INFINITY")
    return None


def _resources(entry: Entry) -> tuple[Resource, ...]:
    resources: list[Resource] = []
    ids: dict[str, str] = {}
    kinds: dict[str, str] = {}
    bad_kind = False
    for item in entry.items("resources"):
        part = item.fields(("id", "kind", "monitor"))
        id_, kind = _identity(part["id"], ids), part["kind"].choice(KINDS)
        monitor = part["monitor"]
        interval = monitor.text(INTERVAL, lambda text: (milliseconds(text) or 0) > 0)
        if kind is None:
            bad_kind = True
        elif kind in kinds:
            part["kind"].wrong(f"one resource of this kind; {kinds[kind]} is one already")
        else:
            kinds[kind] = item.path
        if id_ is not None:
            resources.append(Resource(id_, kind or "", interval or ""))
    absent = [kind for kind in KINDS if kind not in kinds]
    if isinstance(entry.value, list) and absent and not bad_kind:
        entry.remark(f"found no resource of kind {listed(absent)}; allowed: one address and one web")
    return tuple(resources)


def _identity(entry: Entry, taken: dict[str, str]) -> str | None:
    id_ = entry.text(
        "an XML id: letters, digits, and . _ - after a first letter", lambda text: bool(_ID.fullmatch(text))
    )
    if id_ is not None:
        if id_ in taken:
            entry.remark(f"found the id {id_} twice; allowed: an id of its own (also {taken[id_]})")
        taken.setdefault(id_, entry.path)
    return id_


def _constraints(
    entry: Entry, resources: tuple[Resource, ...], nodes: tuple[Node, ...]
) -> tuple[tuple[Colocation, ...], tuple[Order, ...], tuple[Location, ...]]:
    part = entry.fields((), ("colocation", "order", "location"))
    known = tuple(resource.id for resource in resources)
    colocations: list[Colocation] = []
    for item in part["colocation"].items("colocations"):
        of = item.fields(("resource", "with", "score"))
        pair, score = _pair(item, of["resource"], of["with"], known), _score(of["score"])
        if pair and any((one.resource, one.with_resource) == pair for one in colocations):
            item.remark("found the same pair twice; allowed: one colocation of two resources")
        elif pair:
            colocations.append(Colocation(*pair, score or 0))
    orders: list[Order] = []
    for item in part["order"].items("orders"):
        of = item.fields(("first", "then"))
        pair = _pair(item, of["first"], of["then"], known)
        if pair and Order(*pair) in orders:
            item.remark("found the same pair twice; allowed: one order of two resources")
        elif pair and (way := _way(orders, pair[1], pair[0])):
            item.remark(f"found a circle, {' -> '.join((pair[0], *way))}; allowed: an order that has a beginning")
        elif pair:
            orders.append(Order(*pair))
    ids = {resource.id: "resources" for resource in resources}
    locations: list[Location] = []
    for item in part["location"].items("locations"):
        of = item.fields(("id", "resource", "node", "score"))
        id_, resource = _identity(of["id"], ids), of["resource"].choice(known)
        node, score = _node(of["node"], nodes), _score(of["score"])
        if id_ and resource and node:
            locations.append(Location(id_, resource, node, score or 0))
    return tuple(colocations), tuple(orders), tuple(locations)


def _pair(item: Entry, one: Entry, other: Entry, known: tuple[str, ...]) -> tuple[str, str] | None:
    first, second = one.choice(known), other.choice(known)
    if first is None or second is None:
        return None
    if first == second:
        item.remark(f"found {first} on both sides; allowed: two different resources")
        return None
    return first, second


def _way(orders: list[Order], start: str, end: str) -> tuple[str, ...]:
    """The resources from start to end along the orders; empty when none leads there (orders have no circle)."""
    if start == end:
        return (end,)
    for order in orders:
        if order.first == start and (rest := _way(orders, order.then, end)):
            return (start, *rest)
    return ()


def _node(entry: Entry, nodes: tuple[Node, ...]) -> str | None:
    for node in nodes:
        if entry.value in (node.name, node.alias):
            return node.name
    return entry.choice([node.name for node in nodes])


def _drill(entry: Entry) -> Drill | None:
    part = entry.fields(("probe_hz", "probe_timeout_ms", "watch_ms", "seed", "budget_s"))
    rate = part["probe_hz"].whole(5, 100, "requests a second")
    timeout = part["probe_timeout_ms"].whole(50, 10_000, "milliseconds")
    watch = part["watch_ms"].whole(50, 5_000, "milliseconds")
    seed = part["seed"].whole(0, 2**32 - 1)
    budgets = {
        name: field.above_zero(3600, "seconds of outage") for name, field in part["budget_s"].fields(BUDGETS).items()
    }
    if rate is None or timeout is None or watch is None or seed is None:
        return None
    return Drill(rate, timeout, watch, seed, {name: seconds or 0.0 for name, seconds in budgets.items()})
