"""Steps 2.2 to 2.4: corosync.conf and authkey, byte for byte the same on both nodes, and the log directory."""

from __future__ import annotations

from collections.abc import Iterator

from cluster import corosync
from inventory.model import Command, Node
from provision.facts import Facts, Goal
from provision.steps.step import Step, put

GOOD_KEY = "400 root:root "


def configuration(goal: Goal, facts: Facts) -> Iterator[Command]:
    """Write corosync.conf where it is not as described."""
    want = corosync.configuration(goal.lab, goal.system.corosync)
    for node in goal.lab.nodes:
        if facts.of(node).conf != want:
            yield put(node, corosync.PATH, want, "the same corosync.conf on both nodes")


def holder(goal: Goal, facts: Facts) -> Node | None:
    """Whose key is the cluster's: of a node whose corosync runs (on it, for sure), else node1's, else the other's."""
    keyed = [node for node in goal.lab.nodes if facts.of(node).authkey]
    return max(keyed, key=lambda n: (facts.of(n).corosync, not facts.of(n).stale), default=None)


def authkey(goal: Goal, facts: Facts) -> Iterator[Command]:
    """Make the key once, on node1; then it goes from node to node and never through this machine."""
    source = holder(goal, facts)
    if source is None:
        # corosync-keygen of 1.4 reads /dev/random and may wait for entropy; it takes no deadline of its own.
        yield Command.script(
            goal.lab.node1.name,
            f"mkdir -p /etc/corosync && corosync-keygen $(corosync-keygen -h 2>&1 | grep -o -m1 -e ' -l' | head -1)"
            f" >/dev/null && chmod 0400 {corosync.AUTHKEY} && chown root:root {corosync.AUTHKEY}",
            why="make the cluster's key, once",
            deadline=600,
        )
        return
    key = facts.of(source).authkey
    if not key.startswith(GOOD_KEY):
        yield Command.script(
            source.name,
            f"chown root:root {corosync.AUTHKEY} && chmod 0400 {corosync.AUTHKEY}",
            why="nobody but root reads the key",
        )
    peer = goal.lab.peer(source)
    found = facts.of(peer).authkey
    if found.split(" ")[-1] != key.split(" ")[-1] or not found.startswith(GOOD_KEY):
        new = f"{corosync.AUTHKEY}.new"
        yield Command.script(
            source.name,
            f"scp -p -q -o BatchMode=yes {corosync.AUTHKEY} root@{peer.name}:{new}"
            f" && ssh -o BatchMode=yes root@{peer.name} mv {new} {corosync.AUTHKEY}",
            why=f"the same key on {peer.name}, with its mode",
        )


def log_directory(goal: Goal, facts: Facts) -> Iterator[Command]:
    """/var/log/cluster, where corosync.conf puts the log."""
    for node in goal.lab.nodes:
        if not facts.of(node).log_directory:
            yield Command(node.name, ("mkdir", "-p", "/var/log/cluster"), why="where corosync logs")


CONFIGURATION = Step("corosync.conf", "2.2", configuration)
AUTHKEY = Step("authkey", "2.3", authkey)
LOG_DIRECTORY = Step("log-directory", "2.4", log_directory)
