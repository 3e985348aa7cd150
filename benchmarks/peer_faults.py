"""How the peers are broken and healed: keepalived stopped, the node halted, frozen, and the peers cut off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inventory.model import Lab, Node

if TYPE_CHECKING:
    from benchmarks.peers import Peers

TABLE = "inet ha_lab_peers"


@dataclass(frozen=True)
class PeerFault:
    """One way to break the node that holds the address. `two_owners`: it makes both nodes hold it.

    After `heal` the node's services are started, where they do not run.
    `ends_watch`: the node's own watch of its addresses ends with the fault.
    """

    inject: Callable[[Peers, Lab, Node], None]
    heal: Callable[[Peers, Lab, Node], None]
    two_owners: bool = False
    ends_watch: bool = False


def _stop(peers: Peers, lab: Lab, node: Node) -> None:
    peers.check(node, "systemctl stop keepalived")


def _nothing(peers: Peers, lab: Lab, node: Node) -> None:
    """Only the services must be started again, as after every fault."""


def _cut(peers: Peers, lab: Lab, node: Node) -> None:
    """Drop what the peers send to one another; clients still reach both. nft(8)."""
    [peer] = (one.address for one in lab.peers(node))
    rules = [
        f"add table {TABLE}",
        *(
            f"add chain {TABLE} {one} {{ type filter hook {one} priority -300; }}"
            for one in ("input", "output")
        ),
        f"add rule {TABLE} input ip saddr {peer} drop",
        f"add rule {TABLE} output ip daddr {peer} drop",
    ]
    peers.check(node, "nft -f -", stdin="\n".join(rules) + "\n")


def _mend(peers: Peers, lab: Lab, node: Node) -> None:
    peers.check(node, f"nft list table {TABLE} >/dev/null 2>&1 || exit 0; nft delete table {TABLE}")


FAULTS: Mapping[str, PeerFault] = {
    "stop": PeerFault(_stop, _nothing),
    "halt": PeerFault(
        lambda peers, lab, node: peers.power("halt", node),
        lambda peers, lab, node: peers.power("power_on", node),
        ends_watch=True,
    ),
    "freeze": PeerFault(
        lambda peers, lab, node: peers.power("freeze", node),
        lambda peers, lab, node: peers.power("thaw", node),
    ),
    "partition": PeerFault(_cut, _mend, two_owners=True),
}
"""The faults by name."""
