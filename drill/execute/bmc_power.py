"""Breaks, restores and asks the BMC of a node, for the injector."""

from __future__ import annotations

from inventory.bmc import faults
from inventory.bmc.faults import Condition
from inventory.model import BmcAction
from inventory.session import LabSession


def act(session: LabSession, node: str, action: BmcAction) -> str:
    """Break or restore the BMC of a node; what was done, as a line. Raises MachineError, TimedOut."""
    done = faults.apply(
        session.journal.path.parent, session.lab, session.lab.node(node), action, session.clock
    )
    return f"{done}\n" if done else ""


def ask(session: LabSession, node: str, wanted: Condition) -> str:
    """Whether the BMC of a node is dead or slow as `wanted`: `yes`, or how it is."""
    found = faults.condition(session.journal.path.parent, faults.of(session.lab, session.lab.node(node)))
    return "yes" if found == wanted else f"its BMC is {found or 'as usual'}"
