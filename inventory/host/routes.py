"""Checks the route to a lab address: a packet must leave by the lab's own interface, or the request is refused.

Without the lab's own network, such a packet would leave by the default route, and reach a host of somebody else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Set
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from inventory.errors import MachineError, RouteRefused
from inventory.host import command
from inventory.model import Lab

Allowed = Set[str] | Callable[[str], bool]
DEFAULT = IPv4Network("0.0.0.0/0")
_DEADLINE = 5.0


@dataclass(frozen=True)
class Route:
    """The entry of this host's routing table that an address matches.

    `gateway` is "" when the network is directly at the interface; `interface` is "" when the entry has several.
    """

    address: IPv4Address
    interface: str
    matched: IPv4Network
    gateway: str = ""
    local: bool = False
    """The address is an address of this host itself."""


def interface_for(address: IPv4Address) -> str:
    """Name the interface by which this host reaches an address. Raises RouteRefused when there is no route."""
    return route_to(address).interface


def require(address: IPv4Address, allowed: Allowed, lab: Lab) -> Route:
    """Give the route to an address. Raises RouteRefused unless it uses the lab's own interface.

    `allowed` are the names of the lab's interfaces, or a function that accepts such a name.
    """
    route = route_to(address)
    refuse(route, allowed, lab)
    return route


def require_as_adopted(address: IPv4Address, recorded: str, lab: Lab) -> Route:
    """Give the route to an address of an adopted cluster. Raises RouteRefused unless it is that of the adoption.

    `recorded` is the text of `signature` then. A VPN that is down now would let packets go to somebody else's network
    with the same addresses. An address outside of the adopted network is refused.
    """
    hint = "./lab adopt records the route; do so again when the cluster is now reached in another way"
    if address not in lab.network:
        raise RouteRefused(
            f"nothing was sent to {address}: it is not in the adopted network {lab.network}", hint=hint
        )
    route = route_to(address)
    if route.local:
        raise RouteRefused(f"nothing was sent to {address}: it is this host's own address", hint=hint)
    if signature(route) != recorded:
        raise RouteRefused(
            f"nothing was sent to {address}: it is reached {signature(route)}, and was reached {recorded} when the "
            "cluster was adopted",
            hint=hint,
        )
    return route


def signature(route: Route) -> str:
    """How an address is reached, as text: the interface and the gateway."""
    way = route.interface or "several interfaces"
    return f"by {way}, gateway {route.gateway}" if route.gateway else f"by {way}, directly"


def refuse(route: Route, allowed: Allowed, lab: Lab) -> None:
    """Raise RouteRefused unless a route stays in the lab: no gateway, the lab's own interface, the lab's network."""
    if route.local:
        reason = "is this host's own address"
    elif route.gateway:
        reason = (
            f"is reached through the gateway {route.gateway} on {route.interface or 'several interfaces'}"
        )
    elif route.matched == DEFAULT:
        reason = f"is reached by the default route on {route.interface}"
    elif not (route.interface in allowed if isinstance(allowed, Set) else allowed(route.interface)):
        reason = f"is reached by {route.interface or 'several interfaces'}, which is not the lab's"
    elif not route.matched.subnet_of(lab.network):
        reason = f"is reached by a route for {route.matched}, wider than the lab's {lab.network}"
    else:
        return
    hint = (
        f"remove it: sudo ip address del {route.address} dev {route.interface}"
        if route.local
        else "bring the lab up first: ./lab up; if it is up, its network is missing here: ./lab doctor"
    )
    raise RouteRefused(f"nothing was sent to {route.address}: it {reason}", hint=hint)


def route_to(address: IPv4Address) -> Route:
    """Read the route to an address. Raises RouteRefused (no route, unknown system) or MachineError."""
    if sys.platform.startswith("linux"):
        return of_linux(_read(["ip", "-j", "route", "get", "fibmatch", str(address)], address), address)
    if sys.platform == "darwin":
        return of_darwin(_read(["route", "-n", "get", str(address)], address), address)
    raise RouteRefused(
        f"nothing was sent to {address}: the routes of {sys.platform} cannot be read",
        hint="run the lab from Linux or macOS; on Windows within WSL 2",
    )


def of_linux(text: str, address: IPv4Address) -> Route:
    """Parse `ip -j route get fibmatch` (ip-route(8)). Raises RouteRefused when it shows no route."""
    try:
        entries = json.loads(text or "[]")
        entry = entries[0]
        kind = entry.get("type", "unicast")
        hops = entry.get("nexthops", [])
        gateway = entry.get("gateway") or (entry.get("via") or {}).get("host") or ""
        matched = DEFAULT if entry["dst"] == "default" else IPv4Network(entry["dst"])
        interface = str(entry.get("dev", ""))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _none(address, f"the answer of ip route was {text.strip()[:200]!r}") from error
    if kind not in ("unicast", "local"):
        raise _none(address, f"a route of type {kind} for {matched}")
    for hop in hops:
        gateway = gateway or hop.get("gateway", "")
    return Route(address, interface, matched, gateway, local=kind == "local")


def of_darwin(text: str, address: IPv4Address) -> Route:
    """Parse `route -n get` (macOS route(8)). Raises RouteRefused when it shows no route."""
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    fields = {name.strip(): value.strip() for name, value in pairs}
    interface, destination = fields.get("interface", ""), fields.get("destination", "")
    if not interface or not destination:
        raise _none(address, f"the answer of route was {text.strip()[:200]!r}")
    mask = fields.get("mask", "255.255.255.255")
    try:
        matched = DEFAULT if "default" in (destination, mask) else IPv4Network(f"{destination}/{mask}")
    except ValueError as error:
        raise _none(address, f"a route for {destination}, mask {mask}") from error
    flags = fields.get("flags", "").strip("<>").split(",")
    if {"BLACKHOLE", "REJECT"} & set(flags):
        raise _none(address, f"a route for {matched} that drops packets")
    gateway = fields.get("gateway", "")
    return Route(address, interface, matched, gateway, local=interface.startswith("lo") or "LOCAL" in flags)


def _none(address: IPv4Address, seen: str) -> RouteRefused:
    return RouteRefused(
        f"nothing was sent to {address}: this host has no route to it ({seen})",
        hint="bring the lab up first: ./lab up",
    )


def _read(argv: list[str], address: IPv4Address) -> str:
    found = command.run(argv, deadline=_DEADLINE, env={"LC_ALL": "C"})
    if found.status in (command.NOT_FOUND, command.TIMED_OUT):
        raise MachineError(
            f"the route to {address} cannot be read: {found.err}",
            hint=f"{argv[0]} is needed; on Debian: sudo apt-get install iproute2",
        )
    if not found.good:
        raise _none(address, found.err.strip() or f"{argv[0]} ended with {found.status}")
    return found.out
