"""Describes a cluster that somebody else made as a lab.yaml: from what its nodes said. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from typing import Any

import yaml

from cluster import cib, scores
from cluster.adopted_page import markers
from cluster.adopted_reading import HostReading, addresses_of, parsed, platform_of, require_one_cluster, times
from cluster.adopted_resources import Services, services
from cluster.corosync_conf import PORT, Section
from cluster.xml import element
from inventory.config.cluster_properties import fencing, table
from inventory.errors import ConfigError
from inventory.model import OWN, Colocation, Location, Order

PROVIDER = "ssh"
USUAL_BUDGET_S, MARGIN_S = 30, 20
"""The budget of an outage in lab.yaml, and what a start of the service may take beside the loss of a node (seconds)."""
HEADER = """\
# A cluster that somebody else made, as ./lab adopt found it. The lab changes nothing on it, except in a drill, which
# puts everything back. After a change of the cluster: remove this file, and adopt the cluster again.
"""


@dataclass(frozen=True)
class Wanted:
    """What the person chose: the ids of the two resources, and a text of each node's page by host; "" or {}: found."""

    address: str = ""
    web: str = ""
    pages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Described:
    """The text of a lab.yaml, and what the person should know about it, one line each."""

    text: str
    notes: tuple[str, ...]


def describe(readings: Sequence[HostReading], ssh_config: str, wanted: Wanted) -> Described:
    """The lab.yaml of a cluster. Raises ConfigError or LabError with the first thing that it cannot describe."""
    require_one_cluster(readings)
    first = readings[0]
    conf = parsed(first)
    live, root = cib.parse(first.cib), element(first.cib, "cibadmin", ("cib",))
    platforms = {platform_of(one).name for one in readings}
    if len(platforms) > 1:
        raise ConfigError(
            f"The nodes have different systems: {', '.join(sorted(platforms))}.", hint="Use one system."
        )
    platform = platform_of(first)
    found = services(root, platform, wanted.address, wanted.web)
    vip = _interface(found, readings)
    configuration = live.configuration
    pages = markers({one.host: one.page for one in readings}, wanted.pages, platform.index)
    properties = {
        name: value
        for name, value in configuration.properties.items()
        if name in table() and table()[name].type != "own"
    }
    token, consensus = times(first, conf)
    devices = any(one.get("class") == "stonith" for one in root.iter("primitive"))
    budget = max(USUAL_BUDGET_S, math.ceil((token + consensus) / 1000) + MARGIN_S)
    addresses = addresses_of(conf, root, readings)
    made: dict[str, Any] = {
        "name": _cluster_name(conf),
        "platform": platform.name,
        "provider": PROVIDER,
        "ssh_config": ssh_config,
        "network": str(vip.network),
        "nodes": [
            {
                "name": one.name,
                "address": addresses[one.name][0],
                "id": addresses[one.name][1],
                "host": one.host,
                "page": pages[one.host],
            }
            for one in readings
        ],
        "vip": str(vip.ip),
        "memory_mb": 1024,
        **({} if all(one.container == "none" for one in readings) else {"reboots": False}),
        **({"fencing": OWN} if fencing(properties) and devices else {}),
        "corosync": {
            "token_ms": token,
            "consensus_ms": consensus,
            **_encryption(conf),
            "two_node": _two_node(conf),
        },
        "properties": properties,
        "stickiness": _score(configuration.defaults.get("resource-stickiness", "0")),
        "resources": [
            {"id": one.id, "kind": kind, "monitor": one.monitor, **({"clone": True} if one.clone else {})}
            for kind, one in (("address", found.address), ("web", found.web))
        ],
        "constraints": _constraints(found),
        "drill": {
            "probe_hz": 50,
            "probe_timeout_ms": 500,
            "watch_ms": 250,
            "seed": 1,
            "budget_s": dict.fromkeys(("crash", "freeze", "partition"), budget),
        },
    }
    notes = tuple(_notes(conf, readings, made, found, dict(configuration.properties)))
    return Described(HEADER + yaml.safe_dump(made, sort_keys=False, allow_unicode=True), notes)


def _interface(found: Services, readings: Sequence[HostReading]) -> IPv4Interface:
    """The floating address with its prefix: that of the resource, else of the interface of a node in its network."""
    ip = found.address.attributes.get("ip", "")
    mask = found.address.attributes.get("cidr_netmask") or found.address.attributes.get("netmask")
    try:
        if mask:
            return IPv4Interface(f"{ip}/{mask}")
        alone = IPv4Interface(ip)
        for one in readings:
            for text in one.addresses:
                if alone.ip in (near := IPv4Interface(text)).network and near.network.prefixlen < 32:
                    return IPv4Interface(f"{ip}/{near.network.prefixlen}")
    except ValueError as error:
        raise ConfigError(
            f"{found.address.id} has the address {ip!r}: {error}.", hint="IPv4 is needed."
        ) from error
    raise ConfigError(
        f"The network of {ip} ({found.address.id}) is not known: the resource has no cidr_netmask, and no interface "
        "of the nodes is in its network.",
        hint="Is this the right resource? ./lab adopt --address ID",
    )


def _cluster_name(conf: Section) -> str:
    name = (conf.section("totem").value("cluster_name") or "adopted").lower()
    kept = "".join(one if one.isalnum() and one.isascii() else "-" for one in name).strip("-")
    return (kept if kept[:1].isalpha() else f"c-{kept}")[:31]


def _encryption(conf: Section) -> dict[str, str]:
    totem = conf.section("totem")
    secure = totem.value("secauth") in ("on", "yes")
    return {
        "crypto_cipher": totem.value("crypto_cipher") or ("aes256" if secure else "none"),
        "crypto_hash": totem.value("crypto_hash") or ("sha1" if secure else "none"),
    }


def _two_node(conf: Section) -> bool:
    return conf.section("quorum").value("two_node") == "1"


def _score(text: str) -> int | str:
    value = scores.parse(text)
    return scores.text(value) if abs(value) >= scores.parse("INFINITY") else value


def _constraints(found: Services) -> dict[str, list[dict[str, Any]]]:
    made: dict[str, list[dict[str, Any]]] = {}
    for one in found.constraints:
        if isinstance(one, Colocation):
            made.setdefault("colocation", []).append(
                {"resource": one.resource, "with": one.with_resource, "score": _score(scores.text(one.score))}
            )
        elif isinstance(one, Order):
            made.setdefault("order", []).append({"first": one.first, "then": one.then})
        elif isinstance(one, Location):
            row = {
                "id": one.id,
                "resource": one.resource,
                "node": one.node,
                "score": _score(scores.text(one.score)),
            }
            made.setdefault("location", []).append(row)
    return made


def _notes(
    conf: Section,
    readings: Sequence[HostReading],
    made: Mapping[str, Any],
    found: Services,
    properties: Mapping[str, str],
) -> Iterator[str]:
    links = {
        key
        for one in conf.section("nodelist").sections("node")
        for key, _ in one.items
        if key.endswith("_addr")
    }
    if len(links) > 1:
        yield f"corosync has {len(links)} links; the network faults cut only the first one, so they cause no partition"
    ports = {one.value("mcastport") for one in conf.section("totem").sections("interface")} - {
        None,
        str(PORT),
    }
    if ports:
        yield f"corosync uses port {', '.join(map(str, ports))}; the network faults cut only port {PORT}"
    if unknown := sorted(properties.keys() - made["properties"].keys()):
        yield f"not in lab.yaml, because the lab does not know these properties: {', '.join(unknown)}"
    if found.others:
        yield f"not in lab.yaml: {', '.join(found.others)}; a drill does not watch them"
    if "reboots" in made:
        yield "the nodes are containers: the scenario reboot is left out"
    if made.get("fencing") == OWN:
        yield "fencing is on: for the loss of a node, a drill has only the fenced- scenarios"
