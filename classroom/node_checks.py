"""What the checks of the class find on the nodes: pages, logins, services at boot, the packet filter.

A thing that works is no problem, whatever the way in which it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from classroom.snapshot import REACHED, Snapshot
from inventory.model import Node
from inventory.platforms.base import Firewall
from inventory.session import LabSession
from provision.steps import packages, pages, resources, ssh
from status.web_page import page_of

DROPS = re.compile(r"\b(drop|reject)\b", re.IGNORECASE)
"""A rule of nft(8) or iptables(8), or the policy of a chain, that blocks packets."""
PORT = re.compile(r"\bdports?\b(.*)", re.IGNORECASE)
OURS = re.compile(r"\b(540[345]|80|http)\b")
"""The ports of corosync, of the witness and of the web server."""


def serving(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Nodes whose web server could not serve the node's page if the cluster started it there."""
    for node in session.lab.nodes:
        yield from (f"{node.alias}: {line}" for line in snapshot.unfit(node))
        said, page = snapshot.tried(node), page_of(node)
        if tested(said) and said != page and snapshot.facts.of(node).page == page:
            yield f"{node.alias}: its web server, started apart from the cluster, gives {said[:200]!r}, not {page!r}"


def logins(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Nodes from which root cannot log in on another node by ssh."""
    for node in session.lab.nodes:
        for peer in session.lab.peers(node):
            said = snapshot.login(node, peer)
            if REACHED not in said:
                yield f"root of {node.alias} cannot log in on {peer.alias}: {said or 'no answer'}"


def at_boot(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Services that the init system starts at boot or restarts after a kill, although only the cluster may."""
    for node in session.lab.nodes:
        web = (session.platform.web_service,) if session.lab.has("web") else ()
        units = (*session.platform.cluster_services, *web)
        yield from packages.starts_at_boot(node, snapshot.facts, units)
    yield from pages.web_restart_problems(session, snapshot.facts)


def firewall(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Rules that drop the lab's packets, and a firewall that does not allow them."""
    for node in session.lab.nodes:
        closed = [f"{what} is not let through" for what in snapshot.facts.of(node).firewall]
        dropped = [line.strip() for line in snapshot.rules(node) if drops_ours(session, line)]
        yield from (f"{node.alias}: {line}" for line in (*closed, *dropped))


def drops_ours(session: LabSession, rule: str) -> bool:
    """Whether a rule may block the lab's packets.

    On a system with a firewall, a rule without a port is the firewall's own, unless it names an address of the lab.
    """
    if not DROPS.search(rule):
        return False
    port = PORT.search(rule)
    if port:
        return bool(OURS.search(port[1]))
    lab = session.lab
    addresses = (str(lab.vip), *(str(one.address) for one in lab.machines))
    named = any(re.search(rf"\b{re.escape(one)}\b", rule) for one in addresses)
    return named or session.platform.firewall.reading == Firewall().reading


def tested(said: str) -> bool:
    """Whether a web server could be tested apart from the cluster, by what the test printed."""
    return bool(said) and not said.startswith("impossible: ")


def serves_its_page(snapshot: Snapshot, node: Node) -> bool:
    """Whether a node serves the page that names it, from whatever directory: in the test, or as the active node."""
    page = page_of(node)
    return snapshot.tried(node) == page or (node in snapshot.status.owners and snapshot.page.text == page)


def page_problems(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Nodes that do not serve a page with their name; a web server that starts without the cluster."""
    for node in session.lab.nodes if session.lab.has("web") else ():
        if not serves_its_page(snapshot, node):
            yield from pages.page_problems(node, snapshot.facts)
    yield from pages.start_problems(session, snapshot.facts)
    yield from serving(session, snapshot)


def key_problems(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Keys that root of a node needs for a login on the others; none where every login works."""
    if list(logins(session, snapshot)):
        yield from ssh.STEP.problems(session, snapshot.facts)


def agent_problems(session: LabSession, snapshot: Snapshot) -> Iterator[str]:
    """Agents that a node does not have, and agents' files that differ from the package."""
    yield from resources.AGENTS.problems(session, snapshot.facts)
    package = session.platform.agents_package
    for node in session.lab.nodes:
        for path in snapshot.altered(node):
            yield f"{node.alias}: {path} differs from the package {package}"
