"""Packets that the exercises let a node drop, by rules with a label of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from classroom.node_changes import node1, node2, passive
from cluster import corosync_conf
from inventory.model import Command, Node
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Commands

LABEL = "classroom"
WEB_PORT = 80
Where = Callable[[LabSession, Facts], Node]
Packets = Callable[[LabSession, Facts], tuple[str, int, str]]
"""Source (an address or a network), port and protocol."""


def of_cluster(session: LabSession, facts: Facts) -> tuple[str, int, str]:
    """Corosync's packets from the first node."""
    return str(node1(session, facts).address), corosync_conf.PORT, "udp"


def of_clients(session: LabSession, facts: Facts) -> tuple[str, int, str]:
    """Requests from the cluster's network to the web server."""
    return str(session.lab.network), WEB_PORT, "tcp"


def _drop(where: Where, packets: Packets) -> Commands:
    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        source, port, protocol = packets(session, facts)
        rule = session.platform.packet_filter.drop_incoming(source, port, LABEL, protocol)
        yield Command.script(where(session, facts).name, rule, why="a firewall", purpose="break-lab")

    return commands


drop_cluster = _drop(node2, of_cluster)
"""The second node drops the first node's cluster packets, and still hears itself (multicast)."""
drop_clients = _drop(passive, of_clients)
"""The passive node drops the clients' requests."""


def undo_drops(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Remove these rules from all nodes, where they are."""
    undo = session.platform.packet_filter.undo_drop
    dropped = (of_cluster(session, facts), of_clients(session, facts))
    rules = dict.fromkeys(undo(source, port, LABEL, protocol) for source, port, protocol in dropped)
    for node in session.lab.nodes:
        for rule in rules:
            yield Command.script(
                node.name, rule, why="remove the rule from the packet filter", purpose="repair-lab"
            )
