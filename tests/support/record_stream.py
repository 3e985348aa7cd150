"""Saves the streams of both nodes while the active node stops corosync, for tests/cases/watch.

Run it by hand in the folder of a built lab: `.venv/bin/python -m tests.support.record_stream FOLDER`. It writes
FOLDER/PLATFORM-stop-NODE.txt for each node. A line has the time since the start (s), a direction (`>` asked, `<`
standard output, `!` standard error) and the text. At the end the cluster is started again on that node; after an error
run `./lab reset`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli.context import Context
from drill.observe import node_watch
from drill.observe.node_watch import WATCH_LIMIT_S, Watch
from drill.observe.ssh_session import SshSession, StreamSession
from drill.record.timeline import NodeReading
from inventory import waiting
from inventory.model import Command, Node
from inventory.remote.ssh import check
from inventory.waiting import Clock
from tests.support.healthy_lab import healthy
from tests.support.scratch_lab import DOCUMENTED

WAIT_S = 120.0
"""The longest wait for a state (seconds)."""


@dataclass
class RecordedSession:
    """An ssh session that keeps all its lines, each with its time."""

    session: StreamSession
    clock: Clock
    since: float
    rows: list[str] = field(default_factory=list)

    def _keep(self, direction: str, line: str, at: float) -> None:
        self.rows.append(f"{at - self.since:.3f} {direction} {line}")

    def ask(self, line: str) -> None:
        """See StreamSession."""
        self._keep(">", line, self.clock.now())
        self.session.ask(line)

    def lines(self, limit: float) -> list[tuple[bool, str]]:
        """See StreamSession."""
        found = self.session.lines(limit)
        at = self.clock.now()
        for from_error, line in found:
            self._keep("!" if from_error else "<", line, at)
        return found

    def close(self) -> None:
        """See StreamSession."""
        self.session.close()


def record(context: Context) -> dict[Node, list[str]]:
    """Watch both nodes while the active node stops corosync, then start it again. Returns the rows by node."""
    lab, session, clock = context.lab, context.session, context.clock
    since, made = clock.now(), {}
    latest: dict[str, NodeReading] = {}
    [active] = [node for node in healthy(context).nodes if node.holds_vip]
    text = node_watch.stream(lab, session.platform)

    def begin(node: Node) -> StreamSession:
        opened = SshSession.begin(context.remote, node, text, longest=WATCH_LIMIT_S)
        made[node] = RecordedSession(opened, clock, since)
        return made[node]

    def keep(reading: NodeReading) -> None:
        latest[reading.node] = reading

    def wait(good: Callable[[NodeReading], bool], what: str, nodes: Sequence[str]) -> None:
        waiting.until(
            lambda: [name in latest and good(latest[name]) for name in nodes],
            all,
            what,
            deadline=WAIT_S,
            clock=clock,
        )

    peer = lab.peers(lab.node(active.name))[0]
    names = [node.name for node in lab.nodes]
    moved = {resource.id: peer.name for resource in lab.resources}
    services = session.platform.services
    watch = Watch(lab, session.platform, begin, lambda: clock.now() - since, keep)
    watch.start()
    try:
        wait(lambda one: len(one.members) == len(names), "Both streams show both members", names)
        stop = services.command("stop", "corosync")
        check(context.remote, Command(active.name, stop, deadline=90, why="stop corosync gracefully"))
        wait(lambda one: not one.corosync, "The stream shows the stop", [active.name])
        wait(
            lambda one: bool(one.owns_vip) and one.placements == moved,
            "The stream shows the takeover",
            [peer.name],
        )
    finally:
        watch.stop()
        for unit in session.platform.cluster_services:
            start = services.command("start", unit)
            check(context.remote, Command(active.name, start, deadline=90, why="start the cluster again"))
        healthy(context)
    return {node: one.rows for node, one in made.items()}


def main(folder: str) -> None:
    """Record both streams of the lab in the current folder."""
    context = Context(Path.cwd())
    with context.exclusive():
        found = record(context)
    prefix = ".".join(str(context.lab.vip).split(".")[:2]) + "."
    for node, rows in found.items():
        file = Path(folder) / f"{context.session.platform.name}-stop-{node.alias}.txt"
        file.write_text("".join(f"{row}\n" for row in rows).replace(prefix, DOCUMENTED), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
