"""Where the BMC of each node is, and how a program logs in there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from inventory.model import IPMI, Lab, Node

USER = "ha-lab"
CIPHER = 3
"""The cipher suite of IPMI 2.0: SHA-1 and AES-128, the strongest one of ipmi_sim. Without a cipher suite, ipmitool
first asks for the list of all suites, and waits 10 s for it."""
FIRST_PORT = 6230
"""The BMC of the node with id N has the UDP port FIRST_PORT + N. Ports below 1024, such as IPMI's 623, need root."""


@dataclass(frozen=True)
class Bmc:
    """The BMC of a node: its address and UDP port."""

    node: Node
    address: IPv4Address
    port: int


def bmcs(lab: Lab) -> tuple[Bmc, ...]:
    """The BMCs of a lab, in the order of its nodes; none unless the lab has BMCs."""
    if lab.fencing != IPMI:
        return ()
    return tuple(Bmc(node, host_address(lab), FIRST_PORT + node.id) for node in lab.nodes)


def host_address(lab: Lab) -> IPv4Address:
    """The address of this machine in the lab's network: the first one, with every provider."""
    return lab.network[1]
