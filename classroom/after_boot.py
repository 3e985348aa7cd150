"""Looks at a lab whose nodes were booted again: what the init system started, and what is left of the configuration."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from classroom.check import Check, verdict_of
from classroom.checks import judge
from classroom.snapshot import look
from drill.checks.verdict import PASS, Verdict
from inventory import waiting
from inventory.errors import LabError, TimedOut
from inventory.model import Command
from inventory.remote.ssh import check, run_all
from inventory.session import LabSession
from provision.steps.base import service_script
from status.web_page import Fetch

NAME = "after-boot"
"""The name of the verdict about what the init system started."""
SETTLES_S = 90.0
"""The longest time until a cluster that was started runs all its resources (seconds)."""


def started_by_itself(session: LabSession) -> Verdict:
    """The verdict about the web server right after the boot: only the cluster may start it (walkthrough step 7.1).

    A cluster that starts at boot by itself is no fault here; the check `packages` says what the lesson wants.
    Raises Unreachable.
    """
    lab, platform = session.lab, session.platform
    asked = [
        Command.script(
            node.name,
            f"ps -C {platform.web_process} > /dev/null && ! crm_mon -1 > /dev/null 2>&1 && echo yes; true",
            why="does the web server run before the cluster does?",
            purpose="look-after-boot",
        )
        for node in lab.nodes
    ]
    lines = [
        f"{node.alias}: {platform.web_service} runs, and no cluster does: the init system started it"
        for node, result in zip(lab.nodes, run_all(session.remote, asked), strict=True)
        if result.out.strip() == "yes"
    ]
    return verdict_of(NAME, session, lines)


def start_cluster(session: LabSession) -> None:
    """Start the services of the cluster on all nodes; nothing happens on a node where they run already.

    Raises CommandFailed, with the words of a corosync that refuses its corosync.conf, and Unreachable.
    """
    for node in session.lab.nodes:
        check(
            session.remote,
            Command.script(
                node.name,
                service_script(session, "start"),
                why="start the cluster",
                deadline=120,
                purpose="start-services",
            ),
        )


def settled(session: LabSession, fetch: Fetch, checks: Sequence[Check]) -> tuple[Verdict, ...]:
    """The verdicts when all pass, or the last ones when the time is over. Raises what the last look raised."""
    last: list[tuple[Verdict, ...]] = []
    silent: list[LabError] = []

    def ask() -> bool:
        last.clear()
        silent.clear()
        try:
            last.append(judge(session, look(session, fetch), checks))
        except LabError as error:
            silent.append(error)
            return False
        return all(one.status == PASS for one in last[0])

    with contextlib.suppress(TimedOut):
        waiting.until(ask, bool, "the cluster has settled", deadline=SETTLES_S, clock=session.clock)
    for error in silent:
        raise error
    return last[0]
