"""Step 1.1: `uname -n` prints each node's name, and the name resolves to its cluster address on all nodes."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import Command
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step


def hosts(session: LabSession, found: str) -> str:
    """Give the hosts file as it must be: the nodes' lines at the end, and no other line with a node's name.

    Upper and lower case do not matter in host names (hosts(5), RFC 4343). Comments are kept, except the comment of a
    line from which a name is removed.
    """
    nodes = {name.lower() for node in session.lab.nodes for name in (node.name, node.alias)}
    kept, localhost = [], False
    for line in found.splitlines():
        address, *names = line.split("#", 1)[0].split() or [""]
        others = [name for name in names if name.lower() not in nodes]
        if len(others) == len(names):
            kept.append(line)
        elif others:
            kept.append(" ".join([address, *others]))
        localhost = localhost or "localhost" in (name.lower() for name in others)
    if not localhost:
        kept.insert(0, "127.0.0.1 localhost")
    own = [f"{node.address} {node.name} {node.alias}" for node in session.lab.nodes]
    return "\n".join([*kept, *own]) + "\n"


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Set the host name, now and for the next boot, and write the hosts file where it differs."""
    for node in session.lab.nodes:
        have = facts.of(node)
        if (have.name, have.next_name) != (node.name, node.name):
            yield Command.script(
                node.name,
                session.platform.host_name.set(node.name),
                why=f"set the host name {node.name}",
                purpose="set-host-name",
            )
        want = hosts(session, have.hosts)
        if want != have.hosts:
            # The file is written in place, because it may be a mount point.
            yield Command.script(
                node.name,
                "cat > /etc/hosts",
                stdin=want,
                why="the nodes' names resolve to their cluster addresses",
                purpose="write-hosts",
            )


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A wrong host name, now or at the next boot; a name that resolves to anything but the node's cluster address."""
    for node in session.lab.nodes:
        have = facts.of(node)
        for what, name in (("uname -n", have.name), ("the host name for the next boot", have.next_name)):
            if name != node.name:
                yield f"{node.alias}: {what} is {name or 'not set'}, not {node.name}"
        for line in have.resolves:
            name, *found = line.split()
            want = str(session.lab.node(name).address)
            if found != [want]:
                yield f"{node.alias}: {name} resolves to {' and '.join(found) or 'nothing'}, not {want}"


STEP = Step("names", "1.1", commands, problems, nodes_apart=True)
