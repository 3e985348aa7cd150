"""What keeps the nodes' corosync.conf from making the lab's cluster: what matters, not how it is written. Pure.

Sources: corosync.conf(5) and votequorum(5) of 3.1, corosync.conf(5) of 1.4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from ipaddress import ip_address

from cluster import corosync_conf
from cluster.corosync_conf import Section
from inventory.config.cluster_properties import boolean
from inventory.errors import ConfigError
from inventory.model import Lab, Node
from inventory.platforms.base import Platform

SHORTEST_TOKEN_MS = 1000
"""corosync's own default (ms). With a shorter token a node that is only busy counts as lost; lab.yaml may want that."""


def problems(lab: Lab, platform: Platform, confs: Mapping[Node, str]) -> Iterator[str]:
    """One line for each thing that keeps the files from working, or that makes the nodes decide differently."""
    read: dict[Node, Section] = {}
    for node, text in confs.items():
        if not text:
            yield f"{node.alias}: corosync.conf: the file is missing"
            continue
        try:
            read[node] = corosync_conf.parse(text)
        except ConfigError as error:
            yield f"{node.alias}: corosync.conf: {error.message}"
    for node, conf in read.items():
        yield from (f"{node.alias}: corosync.conf: {line}" for line in _of_one(lab, platform, conf))
    yield from _differences({node: confs[node] for node in read})


def keeps_quorum(confs: Collection[str]) -> bool:
    """Whether all nodes have two_node, with which one of two nodes keeps quorum (votequorum(5))."""
    try:
        found = [corosync_conf.parse(text).section("quorum").value("two_node") for text in confs]
    except ConfigError:
        return False
    return bool(found) and all(boolean(one or "no") is True for one in found)


def _differences(confs: Mapping[Node, str]) -> Iterator[str]:
    first, *others = confs or [None]
    for node in others:
        assert first is not None
        assert node is not None
        for line in corosync_conf.differences(confs[first], confs[node]):
            yield f"{node.alias}: corosync.conf: {line.replace('expected', f'{first.alias} has', 1)}"


def _of_one(lab: Lab, platform: Platform, conf: Section) -> Iterator[str]:
    totem, quorum = conf.section("totem"), conf.section("quorum")
    yield from _members(lab, conf)
    token = totem.value("token")
    shortest = min(SHORTEST_TOKEN_MS, lab.corosync.token_ms)
    if token is not None and (not token.isdigit() or int(token) < shortest):
        yield f"totem.token: {token}: less than {shortest} ms; a node that is only busy then counts as lost"
    if lab.corosync.encrypted and not _encrypted(platform, totem):
        yield "totem: neither crypto_cipher and crypto_hash nor secauth is on: the key is not used"
    if not platform.knows_two_node:  # corosync 1.4
        if not any(one.value("name") == "pacemaker" for one in conf.sections("service")):
            yield "service: there is no service with the name pacemaker, so corosync does not start it"
        return
    if quorum.value("provider") != "corosync_votequorum":
        yield "quorum.provider: not corosync_votequorum, so nobody counts votes"
    votes = quorum.value("expected_votes")
    if lab.witness is None and votes is not None and votes != str(len(lab.nodes)):
        yield f"quorum.expected_votes: {votes}, but the cluster has {len(lab.nodes)} nodes"
    if boolean(quorum.value("two_node") or "no") and len(lab.nodes) != 2:
        yield f"quorum.two_node: the cluster has {len(lab.nodes)} nodes"
    host = quorum.section("device").section("net").value("host")
    if lab.witness is not None and host not in (str(lab.witness.machine.address), lab.witness.machine.name):
        yield f"quorum.device.net.host: {host or 'not set'}, not the witness {lab.witness.machine.address}"


def _members(lab: Lab, conf: Section) -> Iterator[str]:
    """Nodes that the file does not name by their address or name; without a nodelist, another network."""
    listed = conf.section("nodelist").sections("node")
    if not listed:
        networks = [one.value("bindnetaddr") or "" for one in conf.section("totem").sections("interface")]
        if not any(_in_network(lab, one) for one in networks):
            yield f"totem.interface.bindnetaddr: {', '.join(networks) or 'not set'}, not in {lab.network}"
        return
    rings = [
        {value for key, value in one.items if key.startswith("ring") and isinstance(value, str)}
        for one in listed
    ]
    for node in lab.nodes:
        if not any({str(node.address), node.name, node.alias} & ring for ring in rings):
            yield f"nodelist: no node has the address {node.address} of {node.alias}"
    if len(listed) > len(lab.nodes):
        yield f"nodelist: it has {len(listed)} nodes, and the cluster has {len(lab.nodes)}"


def _in_network(lab: Lab, text: str) -> bool:
    try:
        return ip_address(text) in lab.network
    except ValueError:
        return False


def _encrypted(platform: Platform, totem: Section) -> bool:
    """Whether corosync signs and encrypts; only 1.4 does so by default."""
    words = (totem.value("crypto_cipher") or "none", totem.value("crypto_hash") or "none")
    secauth = totem.value("secauth") or ("off" if platform.knows_two_node else "on")
    return "none" not in words or secauth.lower() in ("on", "yes", "1")
