"""The only judge of address conflicts: engines' networks, interfaces and routes that use the lab's addresses.

A route to the lab's network, or to a part of it, sends the lab's packets elsewhere. A wider route (the default route, a
blackhole of 172.16.0.0/12) does not: the route with the longest prefix wins, and that is the lab's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from inventory import homes
from inventory.host.networks import EngineNetwork, HostNetworks, Link, RouteEntry
from inventory.host.requirements import Requirements
from inventory.model import Lab
from inventory.ranges import PRIVATE_NETWORKS


@dataclass(frozen=True)
class NetworkConflict:
    """Something that uses the lab's addresses; fatal when the lab cannot run at the same time."""

    found: str
    remedy: str
    fatal: bool = True


@dataclass(frozen=True)
class LabNetwork:
    """The network that a lab needs. Networks of its `home`, and its `bridge`, are its own; `providers` has all."""

    lab: Lab
    home: str
    bridge: str
    chosen: Requirements
    providers: Sequence[Requirements]

    def is_own(self, interface: str, link: Link | None = None) -> bool:
        """Whether an interface is the lab's own: its bridge, or an interface of the provider in the lab's network."""
        if interface == self.bridge:
            return True
        exact = link is not None and link.address.network == self.lab.network
        return exact and self.chosen.is_own(interface, self.bridge)


def network_conflicts(host: HostNetworks, wanted: LabNetwork) -> tuple[NetworkConflict, ...]:
    """List the conflicts with the lab's network, each cause once. The lab's own interface is no conflict."""
    lab = wanted.lab
    found = [*_reserved(host, wanted)]
    named = {link.interface for link in host.links or () if wanted.is_own(link.interface, link)}
    named |= {wanted.bridge, *(one.interface for one in host.of_engines or () if one.folder == wanted.home)}
    for network in host.of_engines or ():
        if network.interface not in named and any(one.overlaps(lab.network) for one in network.subnets):
            found.append(_engine(network, lab))
            named.add(network.interface)
    for link in host.links or ():
        if link.interface not in named:
            for conflict in _link(link, host, wanted):
                found.append(conflict)
                named.add(link.interface)
    for entry in host.route_entries or ():
        if entry.interface not in named and entry.network.subnet_of(lab.network):
            found.append(_route(entry, lab))
    return tuple(found)


def _reserved(host: HostNetworks, wanted: LabNetwork) -> Iterator[NetworkConflict]:
    for reserved in wanted.chosen.reserved:
        if reserved.overlaps(wanted.lab.network):
            yield NetworkConflict(
                f"{wanted.lab.network} overlaps {reserved}, which {wanted.chosen.title} uses in each machine",
                _another(host, wanted),
            )


def _engine(network: EngineNetwork, lab: Lab) -> NetworkConflict:
    ranges = ", ".join(map(str, network.subnets))
    folder, number = homes.owner(network.folder)
    owner = f", of the {homes.title(number)} in {folder}" if network.folder else ""
    remedy = homes.command(network.folder, "down") if network.folder else network.remedy
    return NetworkConflict(
        f"the {network.kind} network {network.name} ({ranges}{owner}) uses {lab.network}", remedy
    )


def _link(link: Link, host: HostNetworks, wanted: LabNetwork) -> Iterator[NetworkConflict]:
    lab, network, address = wanted.lab, link.address.network, link.address.ip
    taken = {one.address: one.name for one in lab.machines} | {lab.vip: "the floating address"}
    if address in taken:
        yield NetworkConflict(
            f"this host itself has {address} on {link.interface}, which the lab needs for {taken[address]}",
            f"sudo ip address del {link.address} dev {link.interface}",
        )
    elif network.subnet_of(lab.network):
        remedies = (one.interface_remedy(link.interface) for one in wanted.providers)
        yield NetworkConflict(
            f"{link.interface} ({link.address}) is in {lab.network} already",
            next(filter(None, remedies), "") or _another(host, wanted),
        )
    elif network.overlaps(lab.network):
        yield NetworkConflict(
            f"the network of {link.interface} ({link.address}) contains the lab's {lab.network}: "
            "the lab works, but while it is up, this host cannot reach other hosts in that range",
            _another(host, wanted),
            fatal=False,
        )


def _route(entry: RouteEntry, lab: Lab) -> NetworkConflict:
    part = (
        "exactly the lab's network" if entry.network == lab.network else f"a part of the lab's {lab.network}"
    )
    if entry.kind != "unicast":
        return NetworkConflict(
            f"a {entry.kind} route for {entry.network} is {part}: it drops the lab's packets",
            f"sudo ip route del {entry.kind} {entry.network}",
        )
    through = f" through {entry.gateway}" if entry.gateway else ""
    return NetworkConflict(
        f"a route for {entry.network} by {entry.interface or 'several interfaces'}{through} is {part}: "
        "it sends the lab's packets elsewhere",
        f"sudo ip route del {entry.network}" + (f" dev {entry.interface}" if entry.interface else ""),
    )


def _another(host: HostNetworks, wanted: LabNetwork) -> str:
    """Write the command that changes lab.yaml to the first free network of the same size.

    Ranges that any provider reserves are left out, so that the lab can change its provider later.
    """
    lab = wanted.lab
    taken = [lab.network, *wanted.chosen.reserved]
    taken += [link.address.network for link in host.links or ()]
    taken += [entry.network for entry in host.route_entries or ()]
    taken += [subnet for network in host.of_engines or () for subnet in network.subnets]
    reserved = [one for provider in wanted.providers for one in provider.reserved]
    octets = lab.network.prefixlen // 8
    for private in PRIVATE_NETWORKS:
        if octets * 8 != lab.network.prefixlen or private.prefixlen > lab.network.prefixlen:
            continue
        for other in islice(private.subnets(new_prefix=lab.network.prefixlen), 256):
            if not any(map(other.overlaps, taken)) and not any(map(other.subnet_of, reserved)):
                old, new = (".".join(str(net).split(".")[:octets]) for net in (lab.network, other))
                return f"sed -i 's/{old.replace('.', '[.]')}[.]/{new}./g' lab.yaml   # {other} is free"
    return "$EDITOR lab.yaml   # another network, and the addresses in it"
