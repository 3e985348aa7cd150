"""How many nodes a lab has, and what depends on their number. Pure."""

from __future__ import annotations

from inventory.model import Lab
from language.words import NUMBERS

LEAST_NODES, MOST_NODES = 2, 8
"""The sizes of a lab."""
TOKEN_COEFFICIENT_MS = 650
"""What corosync adds to the token for each node above two of its nodelist (milliseconds; corosync.conf(5))."""


def every_node(lab: Lab) -> str:
    """All nodes, for people."""
    return "both nodes" if len(lab.nodes) == 2 else f"all {NUMBERS[len(lab.nodes)]} nodes"


def running_token_ms(token_ms: int, nodes: int) -> int:
    """The token timeout with which corosync runs, when its corosync.conf has a nodelist of so many nodes."""
    return token_ms + TOKEN_COEFFICIENT_MS * max(0, nodes - 2)


def survivors_have_quorum(lab: Lab) -> bool:
    """Whether the nodes that are left after the loss of one have quorum: by two_node, a witness, or their number."""
    return lab.corosync.two_node or lab.witness is not None or keeps_quorum(len(lab.nodes))


def keeps_quorum(nodes: int, lost: int = 1) -> bool:
    """Whether the other nodes are more than half of all when some are lost (votequorum(5), without special modes)."""
    return 2 * (nodes - lost) > nodes
