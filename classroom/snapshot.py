"""What a check looks at: the facts of both nodes, and what only the running lab itself tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from inventory.errors import RouteRefused
from inventory.model import Command, Node
from inventory.remote import sections
from inventory.remote.ssh import everywhere
from inventory.session import LabSession
from provision.facts import Facts, gather

REACHED = "reached the peer"


@dataclass(frozen=True)
class Snapshot:
    """The lab at one moment. `logins` is what root saw who went to the peer by ssh, `rules` the packet filter's.

    `page` is what the floating address answered, "" when nothing did; `refused` why nothing was asked.
    """

    facts: Facts
    logins: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: str = ""
    refused: str = ""


def reading(session: LabSession, node: Node) -> Command:
    """One command for what the facts do not have: a login on the peer, and the packet filter."""
    peer = session.lab.peer(node)
    return Command.script(
        node.name,
        sections.script(
            {
                "login": f"timeout 10 ssh -o BatchMode=yes -o ConnectTimeout=5 root@{peer.name} echo {REACHED} 2>&1",
                "rules": session.platform.packet_filter.rules,
            }
        ),
        why="a login on the peer, and the packet filter",
        deadline=30,
    )


def look(session: LabSession, fetch: Callable[[], str]) -> Snapshot:
    """Look at everything at the same time; `fetch` asks the floating address. Raises Unreachable."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        answer = pool.submit(_fetched, fetch)
        live = pool.submit(everywhere, session.remote, [reading(session, node) for node in session.lab.nodes])
        facts = gather(session)
        page, refused = answer.result()
        parts = {result.command.node: sections.read(result.out) for result in live.result()}
    return Snapshot(
        facts,
        logins={name: part.get("login", "").strip() for name, part in parts.items()},
        rules={name: tuple(part.get("rules", "").splitlines()) for name, part in parts.items()},
        page=page,
        refused=refused,
    )


def _fetched(fetch: Callable[[], str]) -> tuple[str, str]:
    try:
        return fetch(), ""
    except RouteRefused as error:
        return "", error.message
