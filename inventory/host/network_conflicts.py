"""What already uses the lab's addresses on this host: docker networks, interfaces, routes.

A route to the lab's network or to a part of it takes the lab's packets elsewhere. A wider one (the
default route, a blackhole of 172.16.0.0/12) does not: the longest prefix wins, and that is the lab's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from inventory.config.addresses import PRIVATE
from inventory.host.facts import HostFacts, Link, RouteEntry
from inventory.model import Lab


@dataclass(frozen=True)
class NetworkConflict:
    """One user of the lab's addresses; fatal when the lab cannot run beside it."""

    found: str
    remedy: str
    fatal: bool = True


def network_conflicts(
    facts: HostFacts, lab: Lab, provider: str, own_interface: str
) -> tuple[NetworkConflict, ...]:
    """List what clashes with the lab's network, each cause once; the lab's own interface never does."""
    own = {own_interface, *(one.bridge for one in facts.networks or () if one.folder == facts.folder)}
    if provider == "virtualbox":
        own |= {
            link.interface
            for link in facts.links or ()
            if link.interface.startswith("vboxnet") and link.address.network == lab.network
        }
    found: list[NetworkConflict] = []
    named = set(own)
    for network in facts.networks or ():
        if network.bridge not in own and any(one.overlaps(lab.network) for one in network.subnets):
            ranges = ", ".join(map(str, network.subnets))
            owner = f", of the lab in {network.folder}" if network.folder else ""
            remedy = (
                f"cd '{network.folder}' && ./lab down"
                if network.folder
                else f"docker network rm {network.name}"
            )
            found.append(
                NetworkConflict(
                    f"the docker network {network.name} ({ranges}{owner}) uses {lab.network}", remedy
                )
            )
            named.add(network.bridge)
    for link in facts.links or ():
        if link.interface not in named:
            for conflict in _link(link, facts, lab):
                found.append(conflict)
                named.add(link.interface)
    for way in facts.route_entries or ():
        if way.interface not in named and way.network.subnet_of(lab.network):
            found.append(_way(way, lab))
    return tuple(found)


def _link(link: Link, facts: HostFacts, lab: Lab) -> Iterator[NetworkConflict]:
    network, address = link.address.network, link.address.ip
    taken = {node.address: node.name for node in lab.nodes} | {lab.vip: "the floating address"}
    free = _another(facts, lab)
    if address in taken:
        yield NetworkConflict(
            f"this host itself holds {address} on {link.interface}, which is {taken[address]}'s",
            f"sudo ip address del {link.address} dev {link.interface}",
        )
    elif network.subnet_of(lab.network):
        if link.interface.startswith("vboxnet"):
            remedy = f"VBoxManage hostonlyif remove {link.interface}"
        elif link.interface.startswith("virbr"):
            remedy = "virsh net-list --all   # then: virsh net-destroy NAME"
        else:
            remedy = free
        yield NetworkConflict(f"{link.interface} ({link.address}) is in {lab.network} already", remedy)
    elif network.overlaps(lab.network):
        yield NetworkConflict(
            f"{link.interface} ({link.address}) has the lab's {lab.network} within its own, wider network: "
            "the lab works, but hides the hosts there while it is up",
            free,
            fatal=False,
        )


def _way(way: RouteEntry, lab: Lab) -> NetworkConflict:
    part = "exactly the lab's network" if way.network == lab.network else f"a part of the lab's {lab.network}"
    if way.kind != "unicast":
        return NetworkConflict(
            f"a {way.kind} route for {way.network} is {part}: it drops the lab's packets",
            f"sudo ip route del {way.kind} {way.network}",
        )
    through = f" through {way.gateway}" if way.gateway else ""
    return NetworkConflict(
        f"a route for {way.network} by {way.interface or 'several interfaces'}{through} is {part}: "
        "it takes the lab's packets elsewhere",
        f"sudo ip route del {way.network}" + (f" dev {way.interface}" if way.interface else ""),
    )


def _another(facts: HostFacts, lab: Lab) -> str:
    """Write the command that moves the whole lab to the first free network of the same size."""
    taken = [link.address.network for link in facts.links or ()]
    taken += [way.network for way in facts.route_entries or ()] + [lab.network]
    taken += [subnet for network in facts.networks or () for subnet in network.subnets]
    octets = lab.network.prefixlen // 8
    for private in PRIVATE:
        if octets * 8 != lab.network.prefixlen or private.prefixlen > lab.network.prefixlen:
            continue
        for other in islice(private.subnets(new_prefix=lab.network.prefixlen), 256):
            if not any(other.overlaps(one) for one in taken):
                old, new = (".".join(str(net).split(".")[:octets]) for net in (lab.network, other))
                return f"sed -i 's/{old.replace('.', '[.]')}[.]/{new}./g' lab.yaml   # {other} is free"
    return "$EDITOR lab.yaml   # another network, and the addresses in it"
