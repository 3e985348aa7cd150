"""What the nodes of an adopted cluster said: the readings, and what they tell about corosync. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cluster import corosync_conf, corosync_state
from cluster.corosync_conf import Section
from cluster.xml import Element, OutputError, element, whole
from inventory.errors import ConfigError, LabError
from inventory.platforms.base import Platform
from inventory.platforms.registry import PLATFORMS
from inventory.sizes import running_token_ms


@dataclass(frozen=True)
class HostReading:
    """What one host said. `host` is its name in the ssh_config, `name` the node's name in the cluster.

    `os` is ID and VERSION_ID of os-release(5), `container` is "none" on a machine. `resolved` maps each ring0_addr of
    corosync.conf to an IPv4 address. `addresses` are those of its interfaces, `page` is its page, `running` the output
    of `corosync_state.timings_script`.
    """

    host: str
    name: str
    os: tuple[str, str]
    conf: str
    cib: str
    running: str = ""
    resolved: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    container: str = "none"
    page: str = ""


def platform_of(reading: HostReading) -> Platform:
    """The platform of a host. Raises ConfigError when the lab does not know it."""
    id_, version = reading.os
    found = PLATFORMS.get(f"{id_}{version.split('.')[0]}")
    if found is None:
        known = ", ".join(PLATFORMS)
        raise ConfigError(
            f"{reading.host} has {f'{id_} {version}'.strip() or 'an unknown system'}, which the lab does not know.",
            hint=f"It knows: {known}.",
        )
    return found


def require_one_cluster(readings: Sequence[HostReading]) -> None:
    """Raise unless the hosts are all the nodes of one running cluster, each once."""
    hosts: dict[str, str] = {}
    for one in readings:
        if not one.cib or not one.name:
            raise LabError(
                f"{one.host}: no cluster answers there, so there is nothing to adopt.",
                hint="As root on that machine, crm_mon -1 and cibadmin -Q must work.",
            )
        if one.name in hosts:
            raise ConfigError(
                f"{hosts[one.name]} and {one.host} are the same node, {one.name}.",
                hint="Name each node once.",
            )
        hosts[one.name] = one.host
    for one in readings:
        members = {
            node.get("uname", "")
            for node in element(one.cib, "cibadmin", ("cib",)).iterfind("configuration/nodes/node")
            if node.get("type") in (None, "member", "normal")
        }
        if missing := sorted(members - hosts.keys()):
            raise ConfigError(
                f"The cluster of {one.host} also has {', '.join(missing)}.",
                hint="Name all nodes of the cluster.",
            )
        if strangers := sorted(hosts.keys() - members):
            raise ConfigError(
                f"{hosts[strangers[0]]} is {strangers[0]}, which is not in the cluster of {one.host}.",
                hint="Name the nodes of one cluster.",
            )


def parsed(reading: HostReading) -> Section:
    """The corosync.conf of a host. Raises LabError."""
    if not reading.conf.strip():
        raise LabError(
            f"{reading.host}: {corosync_conf.PATH} is missing or empty.",
            hint="Is this host a node of the cluster?",
        )
    return corosync_conf.parse(reading.conf)


def times(reading: HostReading, conf: Section) -> tuple[int, int]:
    """Token and consensus (milliseconds): of the running corosync, else of its file. Raises LabError.

    The token is the one of the file: the running one contains token_coefficient for each node above two.
    """
    totem = conf.section("totem")
    text, consensus = totem.value("token"), totem.value("consensus")
    nodes = len(conf.section("nodelist").sections("node"))
    try:
        running, agreed = (round(1000 * one) for one in corosync_state.timings(reading.running))
        return (int(text) if text and text.isdigit() else running - running_token_ms(0, nodes)), agreed
    except OutputError as error:
        if text is None or not text.isdigit():
            raise LabError(f"{reading.host}: {error.message}", hint=error.hint) from error
        usual = math.ceil(running_token_ms(int(text), nodes) * 6 / 5)
        return int(text), int(consensus) if consensus and consensus.isdigit() else usual


def addresses_of(conf: Section, root: Element, readings: Sequence[HostReading]) -> dict[str, tuple[str, int]]:
    """The address and the nodeid of each node. Raises ConfigError."""
    ids = {node.get("uname", ""): whole(node, "id", -1) for node in root.iterfind("configuration/nodes/node")}
    listed = {one.value("nodeid"): one for one in conf.section("nodelist").sections("node")}
    found: dict[str, tuple[str, int]] = {}
    for one in readings:
        id_ = ids.get(one.name, -1)
        entry = listed.get(str(id_))
        ring = entry.value("ring0_addr") if entry else None
        address = readings[0].resolved.get(ring or "", "")
        if not address:
            raise ConfigError(
                f"The address of {one.name} is not known: corosync.conf has "
                f"{f'ring0_addr {ring}, which is no IPv4 address' if ring else f'no node with the id {id_}'}.",
                hint="The nodelist of corosync.conf must have a ring0_addr with an IPv4 address for each node.",
            )
        found[one.name] = address, id_
    return found
