"""The watch of a drill leaves nothing on the nodes, also when its connection is cut."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time

import pytest

from cli.context import Context
from drill.observe import node_watch
from drill.observe.node_watch import Watch
from drill.observe.ssh_session import SshSession
from drill.record.timeline import NodeReading
from inventory import waiting
from inventory.model import Command, Node

pytestmark = pytest.mark.smoke
DEADLINE = 60.0
LEFT = "ps -eo args= | grep -E '[n]ode_stream.sh|[i]p -o -4 monitor|[c]orosync-quorumtool -m|[t]ail --pid'"
"""Prints what runs on a node for the watch."""


def left_on_nodes(context: Context) -> list[str]:
    return [
        f"{node.name}: {line}"
        for node in context.lab.nodes
        for line in context.remote.run(Command.script(node.name, LEFT)).out.splitlines()
    ]


@pytest.mark.parametrize("end", ["stopped", "killed"])
def test_nothing_of_the_watch_stays_on_a_node(context: Context, end: str) -> None:
    began, seen = time.monotonic(), dict[str, NodeReading]()
    sessions: list[subprocess.Popen[bytes]] = []
    text = node_watch.stream(context.lab, context.session.platform)

    def begin(node: Node) -> SshSession:
        one = SshSession.begin(context.remote, node, text, longest=node_watch.WATCH_LIMIT_S)
        sessions.append(one.process)
        return one

    def on_reading(reading: NodeReading) -> None:
        seen[reading.node] = reading

    watch = Watch(context.lab, context.session.platform, begin, lambda: time.monotonic() - began, on_reading)
    with watch:
        waiting.until(
            lambda: [one.node for one in seen.values() if one.seen and one.members],
            lambda nodes: len(nodes) == len(context.lab.nodes),
            "each node is read",
            deadline=DEADLINE,
            clock=context.clock,
        )
        assert left_on_nodes(context), "the programs run while the watch does"
        owners = [one.node for one in seen.values() if one.owns_vip]
        assert len(owners) == 1
        if end == "killed":
            watch._stop.set()  # no session is opened again
            for process in sessions:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
    waiting.until(
        lambda: left_on_nodes(context),
        lambda lines: not lines,
        "nothing of the watch runs on a node",
        deadline=DEADLINE,
        clock=context.clock,
    )
