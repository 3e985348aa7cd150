"""Finds the address and the web server of a configuration by what their agents do, whatever their ids are.

Also the rules about a resource's own settings: its address, its monitor, its time-outs. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network

from classroom.rules import Found, Rule
from classroom.what_ifs import WhatIfs
from cluster import cib
from cluster.members import Member
from cluster.service_agents import ADDRESS_AGENTS, APACHE_AGENT, SERVICE_CLASSES
from cluster.values import times
from inventory.config.cluster_properties import in_effect

APACHE_SERVICES = ("apache2", "httpd")
SLOWEST_MONITOR_S = 60
"""A failed resource must be noticed within a minute."""
SHORTEST_TIMEOUT_S = 5
"""The shortest time-out with which a start, a stop or a monitor of these agents still ends in time."""


def is_address(member: Member) -> bool:
    """Whether a resource is an IPv4 address."""
    return member.primitive.agent in ADDRESS_AGENTS


def is_apache(member: Member) -> bool:
    """Whether a resource is Apache: by its init script, by its unit of systemd, or by its own agent."""
    agent = member.primitive.agent
    kind, _, name = agent.partition(":")
    service = name.removesuffix(".service")
    return agent == APACHE_AGENT or (kind in SERVICE_CLASSES and service in APACHE_SERVICES)


def address(members: Sequence[Member], vip: IPv4Address) -> Member | None:
    """The resource with the floating address; without one, the first resource that is an address."""
    found = [one for one in members if is_address(one)]
    same = [one for one in found if one.primitive.attributes.get("ip", "").strip() == str(vip)]
    return next(iter((*same, *found)), None)


def web_server(members: Sequence[Member]) -> Member | None:
    """The first resource that is Apache."""
    return next((one for one in members if is_apache(one)), None)


def has_address(member: Member, vip: IPv4Address, network: IPv4Network) -> Rule:
    """The resource has the floating address, and the netmask of its network or none of its own."""
    options = member.primitive.attributes

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        ip, mask = options.get("ip", "").strip(), options.get("cidr_netmask", "").strip()
        if ip != str(vip):
            yield Found(f"{member.primitive.id} has the option ip={ip or '(none)'}, not {vip}")
        if mask and mask not in (str(network.prefixlen), str(network.netmask)):
            yield Found(f"{member.primitive.id} has the netmask {mask}, not {network.prefixlen}")

    return rule


def has_policy(value: str) -> Rule:
    """The no-quorum-policy has this value: for one whose effect crm_simulate does not show (freeze, suicide ...)."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        stored = in_effect(cib.parse(what_ifs.cib).configuration.properties, "no-quorum-policy")
        if stored != value:
            yield Found(f"no-quorum-policy is {stored or 'not set'}, not {value}")

    return rule


def lasting(member: Member) -> Rule:
    """One failure on each node does not leave the resource without any: a threshold of 1 needs a failure-timeout."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        meta = {**cib.parse(what_ifs.cib).configuration.defaults, **member.primitive.meta}
        if meta.get("migration-threshold") == "1" and "failure-timeout" not in meta:
            yield Found(
                f"{member.primitive.id} has migration-threshold=1 and no failure-timeout: after one failure on each"
                " node it runs nowhere"
            )

    return rule


def monitored(member: Member) -> Rule:
    """The resource has a recurring monitor, at least once in SLOWEST_MONITOR_S, and enough time for it."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        one = member.primitive
        found = [time for time in times(one.monitor) if isinstance(time, int) and time > 0]
        if not found:
            yield Found(f"{one.id} has no recurring monitor, so the cluster does not notice when it fails")
        elif min(found) > SLOWEST_MONITOR_S * 1000:
            yield Found(
                f"{one.id} is monitored every {min(found) // 1000} s;"
                f" the interval must be at most {SLOWEST_MONITOR_S} s"
            )
        for task in ("start", "stop", "monitor"):
            short = [time for time in times(one.timeouts.get(task)) if isinstance(time, int)]
            if short and 0 < min(short) < SHORTEST_TIMEOUT_S * 1000:
                yield Found(
                    f"the time-out of the {task} of {one.id} is {min(short)} ms;"
                    f" it must be at least {SHORTEST_TIMEOUT_S} s"
                )

    return rule
