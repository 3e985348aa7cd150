"""Steps 2.2 to 2.4: corosync.conf and authkey, byte for byte the same on all nodes, and the log directory."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import corosync_conf
from inventory.errors import ConfigError
from inventory.model import Command, Node
from inventory.remote.script import script
from inventory.session import LabSession
from inventory.sizes import every_node
from provision.facts import Facts
from provision.steps import qdevice
from provision.steps.base import Step, write_file

GOOD_KEY = "400 root:root "


def configuration(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Write corosync.conf on each node where it differs from lab.yaml."""
    want = corosync_conf.configuration(session.lab, session.platform.corosync)
    for node in session.lab.nodes:
        if facts.of(node).conf != want:
            why = f"the same corosync.conf on {every_node(session.lab)}"
            yield write_file(node, corosync_conf.PATH, want, why)


def configuration_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """The keys of a node's corosync.conf that differ from lab.yaml."""
    want = corosync_conf.configuration(session.lab, session.platform.corosync)
    for node in session.lab.nodes:
        have = facts.of(node).conf
        if have == want:
            continue
        try:
            lines = corosync_conf.differences(want, have) if have else ("the file is missing",)
        except ConfigError as error:
            lines = (error.message,)
        yield from (f"{node.alias}: corosync.conf: {line}" for line in lines or ("only the layout differs",))


def key_source(session: LabSession, facts: Facts) -> Node | None:
    """The node whose key is the cluster's key.

    A node where corosync runs comes first, best with the key that is on disk; then the first node of lab.yaml.
    """
    keyed = [node for node in session.lab.nodes if facts.of(node).authkey]
    return max(keyed, key=lambda n: (facts.of(n).corosync, not facts.of(n).stale), default=None)


def authkey(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Make the key once, on node1, and copy it from node to node; it never goes through this machine."""
    source = key_source(session, facts)
    if source is None:
        # corosync-keygen of 1.4 may wait long for entropy.
        yield Command.script(
            session.lab.node1.name,
            script(
                __package__,
                "make_authkey",
                authkey=corosync_conf.AUTHKEY,
                keygen=" ".join(corosync_conf.keygen(session.platform.corosync)),
            ),
            why="make the cluster's key, once",
            deadline=600,
            purpose="make-authkey",
        )
        return
    key = facts.of(source).authkey
    if not key.startswith(GOOD_KEY):
        yield Command.script(
            source.name,
            f"chown root:root {corosync_conf.AUTHKEY} && chmod 0400 {corosync_conf.AUTHKEY}",
            why="only root may read the key",
            purpose="protect-authkey",
        )
    for peer in session.lab.peers(source):
        found = facts.of(peer).authkey
        if found.split(" ")[-1] == key.split(" ")[-1] and found.startswith(GOOD_KEY):
            continue
        new = f"{corosync_conf.AUTHKEY}.new"
        yield Command.script(
            source.name,
            f"scp -p -q -o BatchMode=yes {corosync_conf.AUTHKEY} root@{peer.name}:{new}"
            f" && ssh -o BatchMode=yes root@{peer.name} mv {new} {corosync_conf.AUTHKEY}",
            why=f"the same key on {peer.name}, with its mode",
            purpose="copy-authkey",
        )


def authkey_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A missing key, a key with a wrong owner or mode, different keys (shown by the first digits of their sums)."""
    for node in session.lab.nodes:
        have = facts.of(node).authkey
        if not have:
            yield f"{node.alias}: there is no authkey"
        elif not have.startswith(GOOD_KEY):
            yield f"{node.alias}: authkey is {have.rpartition(' ')[0]}, not {GOOD_KEY.strip()}"
    sums = {node.alias: facts.of(node).authkey.split(" ")[-1] for node in session.lab.nodes}
    if len(set(sums.values())) > 1:
        yield f"authkey differs: {', '.join(f'{name} has {it[:12] or None}' for name, it in sums.items())}"


def log_directory(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Make /var/log/cluster, into which corosync writes its log."""
    for node in session.lab.nodes:
        if not facts.of(node).log_directory:
            yield Command(
                node.name,
                ("mkdir", "-p", "/var/log/cluster"),
                why="make corosync's log directory",
                purpose="make-log-directory",
            )


def log_directory_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A node without the log directory."""
    for node in session.lab.nodes:
        if not facts.of(node).log_directory:
            yield f"{node.alias}: there is no /var/log/cluster"


CONFIGURATION = Step("corosync.conf", "2.2", configuration, configuration_problems)


def keys(session: LabSession, facts: Facts) -> Iterator[Command]:
    """The cluster's key, and with a witness the certificates of both sides."""
    yield from authkey(session, facts)
    yield from qdevice.certificates(session, facts)


def key_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """The problems of the key, and of the certificates."""
    yield from authkey_problems(session, facts)
    yield from qdevice.certificate_problems(session, facts)


AUTHKEY = Step("authkey", "2.3", keys, key_problems)
LOG_DIRECTORY = Step("log-directory", "2.4", log_directory, log_directory_problems)
