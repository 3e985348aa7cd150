"""The description of lab 2, 3, ... of a folder: that of lab.yaml with other addresses. Pure; nothing is written down.

The addresses of the first lab lie in one block of the network: the smallest one, but at least a /24, in which none of
them is the block's own address, this host's or the broadcast address. Lab N gets a block of the same size out of the
range `labs`, and each address keeps its place in the block: 172.16.100.15 is 198.18.2.15 in lab 2.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from inventory import homes
from inventory.errors import ConfigError
from inventory.model import Lab

LONGEST_PREFIX = 24
"""No block is smaller than this, unless lab.yaml's network is: the lab's number is then readable in its addresses."""


def numbered(lab: Lab, number: int) -> Lab:
    """The lab of a number. Raises ConfigError when the range `labs` has no room for it."""
    if number == homes.FIRST:
        return lab
    old = _block(lab)
    new = _network(lab, old.prefixlen, number)

    def moved(address: IPv4Address) -> IPv4Address:
        return new.network_address + (int(address) - int(old.network_address))

    nodes = tuple(replace(node, address=moved(node.address)) for node in lab.nodes)
    witness = lab.witness
    if witness is not None:
        witness = replace(witness, machine=replace(witness.machine, address=moved(witness.machine.address)))
    return replace(lab, number=number, network=new, nodes=nodes, vip=moved(lab.vip), witness=witness)


def _block(lab: Lab) -> IPv4Network:
    """The smallest block with all addresses of the lab."""
    addresses = [*(one.address for one in lab.machines), lab.vip]
    longest = max(LONGEST_PREFIX, lab.network.prefixlen)
    blocks = (
        IPv4Network((addresses[0], length), strict=False)
        for length in range(longest, lab.network.prefixlen - 1, -1)
    )
    return next(block for block in blocks if all(_usable(one, block) for one in addresses))


def _usable(address: IPv4Address, block: IPv4Network) -> bool:
    first = block.network_address
    return address in block and address not in (first, first + 1, block.broadcast_address)


def _network(lab: Lab, prefixlen: int, number: int) -> IPv4Network:
    count = 2 ** max(prefixlen - lab.labs.prefixlen, 0)
    if prefixlen < lab.labs.prefixlen or number > count + 1:
        room = f"room for the labs 2 to {count + 1} only" if prefixlen >= lab.labs.prefixlen else "no room"
        raise ConfigError(
            f"labs: the range {lab.labs} has {room}, and lab {number} was asked for: "
            f"each lab takes a /{prefixlen} network, as large as the part of lab.yaml's network with its addresses",
            hint="in lab.yaml, set `labs` to a larger range, or choose node and floating addresses nearer together",
        )
    if lab.labs.overlaps(lab.network):
        raise ConfigError(
            f"labs: the range {lab.labs} overlaps {lab.network}, the network of the first lab",
            hint="in lab.yaml, set `labs` to another range",
        )
    # Labs 2 to count + 1 have different remainders. With a /24, a small lab number is the third number of the address.
    start = int(lab.labs.network_address) + number % count * 2 ** (32 - prefixlen)
    return IPv4Network((start, prefixlen))
