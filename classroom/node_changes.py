"""What the exercises change on the nodes: services, keys, files, names, packets. Each function yields commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cluster import corosync_conf, qdevice
from inventory.model import Command, Node
from inventory.platforms.base import ServiceAction
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Commands, service_script, write_file
from provision.steps.qdevice import new_witness_keys
from status.web_page import page_of

AUTHORIZED, EXPIRED = "/root/.ssh/authorized_keys", 'expiry-time="20240101" '


def other_address(session: LabSession) -> str:
    """The next free address after the floating address."""
    taken = {session.lab.vip, *(one.address for one in session.lab.machines)}
    return str(next(one for one in (session.lab.vip + k for k in range(1, 99)) if one not in taken))


def active(session: LabSession, facts: Facts) -> Node:
    """The node that runs the floating address."""
    where = facts.state.where(session.lab.resource("address").id) if facts.state else ()
    return session.lab.node(where[0]) if where else session.lab.node1


def passive(session: LabSession, facts: Facts) -> Node:
    """The first of the other nodes."""
    return session.lab.peers(active(session, facts))[0]


def web(action: ServiceAction, where: Callable[[LabSession, Facts], Node]) -> Commands:
    """Start, stop, enable ... the web server's service without the cluster."""

    def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
        argv = session.platform.services.command(action, session.platform.web_service)
        yield Command(where(session, facts).name, argv, why=f"{action} the web server", purpose="break-lab")

    return commands


def cluster_at_boot(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Let the second node start the cluster at boot."""
    for unit in session.platform.cluster_services:
        argv = session.platform.services.command("enable", unit)
        yield Command(node2(session, facts).name, argv, why=f"enable {unit}", purpose="break-lab")


def restart_by_systemd(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Let systemd restart the active node's web server when it is killed."""
    script = session.platform.services.set_restart(session.platform.web_service, "always")
    yield Command.script(
        active(session, facts).name, script, why="systemd restarts the web server", purpose="break-lab"
    )


def node1(session: LabSession, facts: Facts) -> Node:
    """The first node of lab.yaml."""
    return session.lab.nodes[0]


def node2(session: LabSession, facts: Facts) -> Node:
    """The second node of lab.yaml."""
    return session.lab.nodes[1]


def change_and_restart(session: LabSession, node: Node, change: str, why: str) -> Command:
    """Stop a node's cluster, change something, start the cluster again."""
    stop, start = service_script(session, "stop", reverse=True), service_script(session, "start")
    return Command.script(
        node.name, f"{stop} && {change} && {start}", why=why, deadline=180, purpose="break-lab"
    )


def another_key(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Give the second node another authkey of the same length."""
    key = corosync_conf.AUTHKEY
    change = (
        f"head -c $(stat -c %s {key}) /dev/urandom > {key}.new && chmod 400 {key}.new && mv {key}.new {key}"
    )
    yield change_and_restart(session, node2(session, facts), change, "another key")


def another_witness(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Give the witness the keys of another one, which has never seen this cluster."""
    for machine in [session.lab.witness.machine] if session.lab.witness else []:
        restart = session.platform.services.command("restart", qdevice.WITNESS_SERVICE)
        change = f"{new_witness_keys(machine).line}\n{' '.join(restart)}"
        yield Command.script(machine.name, change, why="another witness", purpose="break-lab")


def same_nodeid(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Give the second node the first node's nodeid, only in the second node's file."""
    if not session.platform.has_nodelist:
        script = f"s/^totem {{$/&\\n    nodeid: {facts.of(session.lab.node1).node_id}/"
    else:
        one, two = (node.id for node in session.lab.nodes[:2])
        script = f"s/nodeid: {one}$/nodeid: x/; s/nodeid: {two}$/nodeid: {one}/; s/nodeid: x$/nodeid: {two}/"
    change = f"sed -i '{script}' {corosync_conf.PATH}"
    yield change_and_restart(session, node2(session, facts), change, "the first node's number")


def two_votes(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Give the second node two votes, only in its own file."""
    node = node2(session, facts)
    change = f"sed -i 's/^\\( *\\)nodeid: {node.id}$/&\\n\\1quorum_votes: 2/' {corosync_conf.PATH}"
    yield change_and_restart(session, node, change, "two votes for one node")


def token_for_later(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Write another token into the second node's file. Its corosync runs on with the old one until its next start."""
    longer = 10 * session.lab.corosync.token_ms
    change = f"sed -i 's/^\\( *\\)token: .*/\\1token: {longer}/' {corosync_conf.PATH}"
    yield Command.script(node2(session, facts).name, change, why="another token", purpose="break-lab")


def readable_key(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Let everybody on the second node read the authkey."""
    argv = ("chmod", "644", corosync_conf.AUTHKEY)
    yield Command(node2(session, facts).name, argv, why="a readable key", purpose="break-lab")


def two_node(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Set two_node, only in the second node's file."""
    change = f"sed -i 's/^    expected_votes:.*/&\\n    two_node: 1/' {corosync_conf.PATH}"
    yield change_and_restart(session, node2(session, facts), change, "two_node on one node")


def loopback(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Map the second node's name to 127.0.1.1 in /etc/hosts, as installers do."""
    node = node2(session, facts)
    text = f"127.0.1.1 {node.name} {node.alias}\n{facts.of(node).hosts}"
    yield Command.script(
        node.name, "cat > /etc/hosts", stdin=text, why="the name on a loopback address", purpose="break-lab"
    )


def old_hosts(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Give the second node's name another address in the first node's /etc/hosts, as an old copy of the file has it."""
    node, other = node1(session, facts), node2(session, facts)
    text = facts.of(node).hosts.replace(
        f"{other.address} {other.name}", f"{other_address(session)} {other.name}"
    )
    yield Command.script(
        node.name, "cat > /etc/hosts", stdin=text, why="an old hosts file", purpose="break-lab"
    )


def short_name(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Set the second node's host name to its alias."""
    node = node2(session, facts)
    yield Command.script(
        node.name, session.platform.host_name.set(node.alias), why="a short name", purpose="break-lab"
    )


def locked_out(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Remove the first node's key from the second node's authorized_keys."""
    node, key = node2(session, facts), facts.of(node1(session, facts)).root_key
    kept = [line for line in facts.of(node).authorized.splitlines() if line != key]
    text = "".join(f"{line}\n" for line in kept)
    yield write_file(node, AUTHORIZED, text, "forget the peer's key", umask="077")


def expired_key(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Let the first node's key expire in the second node's authorized_keys (sshd(8), expiry-time)."""
    node, key = node2(session, facts), facts.of(node1(session, facts)).root_key
    lines = facts.of(node).authorized.splitlines()
    text = "".join(f"{EXPIRED if line == key else ''}{line}\n" for line in lines)
    yield write_file(node, AUTHORIZED, text, "an expired key", umask="077")


def undo_expired_key(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Remove that option from all keys, where it is."""
    change = f"[ ! -e {AUTHORIZED} ] || sed -i 's/^{EXPIRED}//' {AUTHORIZED}"
    for node in session.lab.nodes:
        yield Command.script(node.name, change, why="no key has expired", purpose="repair-lab")


def page_of_peer(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Put a peer's page on the active node."""
    node = active(session, facts)
    yield write_file(
        node, session.platform.index, page_of(session.lab.peers(node)[0]) + "\n", "the other node's page"
    )


def second_holder(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Add the floating address to the passive node too."""
    node = passive(session, facts)
    address = f"{session.lab.vip}/{session.lab.network.prefixlen}"
    argv = ("ip", "addr", "add", address, "dev", facts.of(node).interface)
    yield Command(node.name, argv, why="the address, set by hand", purpose="break-lab")
