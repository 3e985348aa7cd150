"""Steps 2.2 to 2.4: corosync.conf and authkey, byte for byte the same on both nodes, and the log directory."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import corosync_conf
from inventory.errors import ConfigError
from inventory.model import Command, Node
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import Step, put

GOOD_KEY = "400 root:root "


def configuration(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Write corosync.conf where it is not as described."""
    want = corosync_conf.configuration(session.lab, session.platform.corosync)
    for node in session.lab.nodes:
        if facts.of(node).conf != want:
            yield put(node, corosync_conf.PATH, want, "the same corosync.conf on both nodes")


def otherwise(session: LabSession, facts: Facts) -> Iterator[str]:
    """What a node's corosync.conf says otherwise, key by key."""
    want = corosync_conf.configuration(session.lab, session.platform.corosync)
    for node in session.lab.nodes:
        have = facts.of(node).conf
        if have == want:
            continue
        try:
            lines = corosync_conf.differences(want, have) if have else ("there is none",)
        except ConfigError as error:
            lines = (error.message,)
        yield from (f"{node.alias}: corosync.conf: {line}" for line in lines or ("only the layout differs",))


def holder(session: LabSession, facts: Facts) -> Node | None:
    """Whose key is the cluster's: of a node whose corosync runs (on it, for sure), else node1's, else the other's."""
    keyed = [node for node in session.lab.nodes if facts.of(node).authkey]
    return max(keyed, key=lambda n: (facts.of(n).corosync, not facts.of(n).stale), default=None)


def authkey(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Make the key once, on node1; then it goes from node to node and never through this machine."""
    source = holder(session, facts)
    if source is None:
        # corosync-keygen of 1.4 reads /dev/random and may wait for entropy; it takes no deadline of its own.
        yield Command.script(
            session.lab.node1.name,
            f"mkdir -p /etc/corosync && corosync-keygen $(corosync-keygen -h 2>&1 | grep -o -m1 -e ' -l' | head -1)"
            f" >/dev/null && chmod 0400 {corosync_conf.AUTHKEY} && chown root:root {corosync_conf.AUTHKEY}",
            why="make the cluster's key, once",
            deadline=600,
        )
        return
    key = facts.of(source).authkey
    if not key.startswith(GOOD_KEY):
        yield Command.script(
            source.name,
            f"chown root:root {corosync_conf.AUTHKEY} && chmod 0400 {corosync_conf.AUTHKEY}",
            why="nobody but root reads the key",
        )
    peer = session.lab.peer(source)
    found = facts.of(peer).authkey
    if found.split(" ")[-1] != key.split(" ")[-1] or not found.startswith(GOOD_KEY):
        new = f"{corosync_conf.AUTHKEY}.new"
        yield Command.script(
            source.name,
            f"scp -p -q -o BatchMode=yes {corosync_conf.AUTHKEY} root@{peer.name}:{new}"
            f" && ssh -o BatchMode=yes root@{peer.name} mv {new} {corosync_conf.AUTHKEY}",
            why=f"the same key on {peer.name}, with its mode",
        )


def keys(session: LabSession, facts: Facts) -> Iterator[str]:
    """A missing key, one that others may read, different keys; by the first digits of their sums."""
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
    """/var/log/cluster, where corosync.conf puts the log."""
    for node in session.lab.nodes:
        if not facts.of(node).log_directory:
            yield Command(node.name, ("mkdir", "-p", "/var/log/cluster"), why="where corosync logs")


def nowhere(session: LabSession, facts: Facts) -> Iterator[str]:
    """A node without the directory."""
    for node in session.lab.nodes:
        if not facts.of(node).log_directory:
            yield f"{node.alias}: there is no /var/log/cluster"


CONFIGURATION = Step("corosync.conf", "2.2", configuration, otherwise)
AUTHKEY = Step("authkey", "2.3", authkey, keys)
LOG_DIRECTORY = Step("log-directory", "2.4", log_directory, nowhere)
