"""The IPv4 networks that this host uses: addresses on its interfaces, routes, and the networks of engines."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network
from typing import TypeVar

from inventory.host import command

_T = TypeVar("_T")
DEADLINE = 15.0


@dataclass(frozen=True)
class Link:
    """An address of this host on an interface."""

    interface: str
    address: IPv4Interface


@dataclass(frozen=True)
class RouteEntry:
    """A route of this host; `kind` is unicast, blackhole, unreachable …; no interface for the latter."""

    network: IPv4Network
    interface: str
    kind: str = "unicast"
    gateway: str = ""


@dataclass(frozen=True)
class EngineNetwork:
    """A network of a provider's engine on this host, in use or not.

    `kind` is the engine's name for people; `interface` is the network's bridge on this host; `folder` is the home of
    the lab to which it belongs, "" when it belongs to no lab; `remedy` is the command that removes it.
    """

    kind: str
    name: str
    subnets: tuple[IPv4Network, ...]
    interface: str
    folder: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class HostNetworks:
    """All networks of this host, without loopback and the default route. None: could not be read."""

    links: tuple[Link, ...] | None
    route_entries: tuple[RouteEntry, ...] | None
    of_engines: tuple[EngineNetwork, ...] | None = ()


def read(of_engines: tuple[EngineNetwork, ...] | None = ()) -> HostNetworks:
    """Read this host's addresses and routes; the networks of engines are given."""
    asked = {"links": ["ip", "-j", "-4", "addr"], "routes": ["ip", "-j", "-4", "route"]}
    said = command.run_all(asked, deadline=DEADLINE, env={"LC_ALL": "C"})
    return HostNetworks(parsed(links, said["links"]), parsed(route_entries, said["routes"]), of_engines)


def links(text: str) -> tuple[Link, ...]:
    """Parse `ip -j -4 addr` (ip-address(8)); loopback is left out."""
    return tuple(
        Link(str(entry["ifname"]), IPv4Interface(f"{info['local']}/{info['prefixlen']}"))
        for entry in json.loads(text or "[]")
        for info in entry.get("addr_info", [])
        if info.get("family") == "inet" and "LOOPBACK" not in entry.get("flags", [])
    )


def route_entries(text: str) -> tuple[RouteEntry, ...]:
    """Parse `ip -j -4 route` (ip-route(8)); the default route is left out."""
    return tuple(
        RouteEntry(
            IPv4Network(entry["dst"]),
            str(entry.get("dev", "")),
            str(entry.get("type", "unicast")),
            str(entry.get("gateway", "")),
        )
        for entry in json.loads(text or "[]")
        if entry["dst"] != "default"
    )


def parsed(parse: Callable[[str], _T], output: command.Output) -> _T | None:
    """Parse the output of a program; None when the program failed or its output has another format."""
    try:
        return parse(output.out) if output.good else None
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
