"""Step 1.2: root on each node reaches root on the others by ssh key, without a password."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import Command
from inventory.remote.script import script
from inventory.session import LabSession
from inventory.sizes import every_node
from provision.facts import Facts
from provision.steps.base import Step, write_file


def known(session: LabSession, facts: Facts) -> list[str]:
    """The known_hosts lines of all nodes. Private keys never leave their nodes."""
    return [
        f"{node.name},{node.alias},{node.address} {key}"
        for node in session.lab.nodes
        for key in facts.of(node).host_keys
    ]


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Make root's key, then exchange public keys and host keys."""
    kind = session.platform.ssh_key_type
    for node in session.lab.nodes:
        if not facts.of(node).root_key:
            yield Command.script(
                node.name,
                script(__package__, "make_root_key", key_type=kind, comment=f"root@{node.name}"),
                why="make root's ssh key",
                purpose="make-root-key",
            )
    wanted = known(session, facts)
    hosts = {
        word.lower() for node in session.lab.nodes for word in (node.name, node.alias, str(node.address))
    }
    for node in session.lab.nodes:
        have = facts.of(node)
        keys = {peer.name: facts.of(peer).root_key for peer in session.lab.peers(node)}
        new = {name: key for name, key in keys.items() if key and key not in have.authorized}
        if new:
            own = tuple(f"root@{name}" for name in new)
            kept = [line for line in have.authorized.splitlines() if not line.endswith(own)]
            text = "\n".join([*kept, *new.values()]) + "\n"
            why = f"root of {' and '.join(new)} may log in"
            yield write_file(node, "/root/.ssh/authorized_keys", text, why, umask="077")
        lines = have.known_hosts.splitlines()
        if not set(wanted) <= set(lines):
            kept = [line for line in lines if not hosts & set(line.split(" ")[0].lower().split(","))]
            text = "\n".join([*kept, *wanted]) + "\n"
            why = f"add {every_node(session.lab)}' host keys to known_hosts"
            yield write_file(node, "/root/.ssh/known_hosts", text, why, umask="077")


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Root without a key, a peer whose key is not authorized, missing host keys."""
    wanted = set(known(session, facts))
    for node in session.lab.nodes:
        have = facts.of(node)
        if not have.root_key:
            yield f"{node.alias}: root has no key"
        for peer in session.lab.peers(node):
            if facts.of(peer).root_key not in have.authorized:
                yield f"{node.alias}: root of {peer.alias} may not log in: its key is not in authorized_keys"
        if not wanted <= set(have.known_hosts.splitlines()):
            yield f"{node.alias}: known_hosts does not have {every_node(session.lab)}' host keys"


STEP = Step("ssh", "1.2", commands, problems, nodes_apart=True)
