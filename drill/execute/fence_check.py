"""Fences a node on request, as `pcs stonith fence` does, proves that it was switched off and on, and heals the lab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cluster import pcs_stonith
from drill.execute import signals
from drill.execute.recovery import Recovery
from inventory import waiting
from inventory.errors import LabError
from inventory.model import Command, Node
from inventory.remote.ssh import check
from inventory.session import LabSession
from status.web_page import Fetch

FENCED_WITHIN_S = 120.0
BOOTED_WITHIN_S = 120.0
BOOT = "cat /proc/sys/kernel/random/boot_id && cut -d' ' -f22 /proc/1/stat"
"""Prints two values of which at least one changes with each boot of a virtual machine or a container (proc(5))."""


@dataclass(frozen=True)
class Fenced:
    """How long it took until the node was fenced, and until the lab was healthy again (seconds)."""

    node: Node
    fenced_s: float
    healthy_s: float


def fence(
    session: LabSession,
    node: Node,
    say: Callable[[str], None] = lambda line: None,
    fetch: Fetch | None = None,
) -> Fenced:
    """Let the other node fence this one, and heal the lab, also when this is interrupted.

    Raises CommandFailed when the cluster could not fence it, LabError when the node did not boot again.
    """
    peer, clock = session.lab.peers(node)[0], session.clock
    before = _boot(session, node)
    session.journal.begin("a fenced node", target=node.name)
    command = Command(
        peer.name,
        pcs_stonith.fence(node.name),
        why=f"fence {node.name}",
        deadline=session.lab.patient(FENCED_WITHIN_S),
        purpose="fence-node",
    )
    began = clock.now()
    with signals.interruptible():
        try:
            check(session.remote, command)
            fenced = clock.now() - began
            waiting.until(
                lambda: _boot(session, node),
                lambda now: bool(now) and now != before,
                f"{node.name} has booted again after it was fenced",
                deadline=BOOTED_WITHIN_S,
                clock=clock,
                hint="./lab status; the orders to its BMC are in its power.log, below .lab/bmc.",
            )
        finally:
            with signals.undisturbed():
                Recovery(session, say, fetch).heal()
    return Fenced(node, fenced, clock.now() - began)


def _boot(session: LabSession, node: Node) -> str:
    """What identifies the current boot of a node. Raises LabError when the node does not answer."""
    found = session.remote.run(
        Command.script(node.name, BOOT, why="which boot it is", deadline=10, purpose="read-boot")
    )
    if not found.good:
        raise LabError(f"{node.name}: its boot could not be read (exit {found.status})", hint="./lab status")
    return found.out
