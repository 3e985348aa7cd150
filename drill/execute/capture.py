"""Keeps what the cluster's own programs say on a node at one moment of a scenario."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from cluster import cib, corosync_state, scores
from drill.record.header import Captured
from inventory.errors import LabError
from inventory.model import Command
from inventory.remote import sections
from inventory.session import LabSession


def capture(session: LabSession, node: str, label: str, since: Callable[[], float]) -> Captured:
    """Read the CIB, the scores and the votes on a node; "" for what a program did not print.

    A node that does not answer gives empty texts: the record says that nothing is known, and the scenario goes on.
    """
    text = sections.script(
        {
            "cib": shlex.join(cib.COMMAND),
            "scores": shlex.join(scores.COMMAND),
            "votes": corosync_state.membership_script(session.platform.corosync),
        }
    )
    command = Command.script(
        node, text, why="what the cluster says now", deadline=20, purpose="capture-cluster"
    )
    at = round(since(), 3)
    try:
        result = session.remote.run(command)
    except LabError:
        return Captured(label, node, at)
    said = sections.read(result.out) if result.good else {}
    return Captured(label, node, at, **{name: said.get(name, "") for name in ("cib", "scores", "votes")})
