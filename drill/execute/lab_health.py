"""How a drill or a heal reads and judges the lab: with the repairs that a node still needs after a drill."""

from __future__ import annotations

from collections.abc import Mapping

from drill.faults import registry, remedies, repair
from drill.faults.base import FaultScope
from drill.scenarios.overrides import Overrides
from inventory.errors import LabError
from inventory.model import Node
from inventory.session import LabSession
from status import lab_status, node_status
from status.health import Expectation
from status.lab_status import LabStatus
from status.node_status import UNDONE, Extra
from status.web_page import Fetch


def undone(session: LabSession) -> Extra:
    """The extra part of a node's reading that lists what a drill left there."""

    def parts(node: Node) -> Mapping[str, str]:
        return {UNDONE: repair.undone_script(FaultScope(session, node), registry.NODE_REMEDIES)}

    return parts


def look(session: LabSession, fetch: Fetch | None, *, figures: bool = False) -> LabStatus:
    """Read the lab. A node that does not answer has `reachable=False`. `figures`: also the scores and the memory."""
    parts = undone(session)
    return lab_status.look(session, fetch, node_status.with_figures(session, parts) if figures else parts)


def refuse_to_repair(session: LabSession, error: LabError) -> None:
    """Raise LabError for an adopted cluster that is not healthy, unless a drill made it so.

    Only its owner knows whether a stopped resource or a node in standby is intended.
    """
    if session.lab.adopted and not session.journal.pending():
        raise LabError(
            f"The cluster is not healthy, so nothing is broken on it: {error.message}",
            hint="./lab status shows it. Only its owner repairs an adopted cluster.",
        ) from error


def expectation(overrides: Overrides | None = None, *, promotable: bool = True) -> Expectation:
    """The expectation while a drill or a heal is running; `overrides` are those of the scenario.

    `promotable`: see Expectation. After a fault it is false until the standby that cannot follow is repaired.
    """
    wanted = overrides or Overrides()
    intended = {
        remedies.TWO_NODE_REMOVED: wanted.two_node,
        remedies.VOTEQUORUM_REMOVED: bool(wanted.votequorum),
    }
    return Expectation(
        kinds=wanted.resources,
        serves=wanted.serves,
        undone=frozenset(line for line, is_wanted in intended.items() if is_wanted),
        during_drill=True,
        promotable=promotable,
    )
