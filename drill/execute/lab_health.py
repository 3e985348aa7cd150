"""The lab's health with what only a drill leaves on a node: the reading and the expectation of every drill and heal."""

from __future__ import annotations

from collections.abc import Mapping

from drill.faults import registry, remedies, repair
from drill.faults.base import FaultScope
from drill.scenarios.overrides import Overrides
from inventory.model import Node
from inventory.session import LabSession
from status import lab_status
from status.health import Expectation
from status.lab_status import LabStatus
from status.node_status import UNDONE, Extra
from status.web_page import Fetch


def undone(session: LabSession) -> Extra:
    """The part of a node's reading that finds what a drill left there."""

    def parts(node: Node) -> Mapping[str, str]:
        return {UNDONE: repair.undone_script(FaultScope(session, node), registry.NODE_REMEDIES)}

    return parts


def look(session: LabSession, fetch: Fetch | None) -> LabStatus:
    """The lab at this moment. A node that does not answer is only shown as such."""
    return lab_status.look(session, fetch, undone(session))


def expectation(overrides: Overrides | None = None) -> Expectation:
    """What must be so while a drill or a heal is at work; `overrides` are what a scenario wants otherwise."""
    wanted = overrides or Overrides()
    return Expectation(
        kinds=wanted.resources,
        serves=wanted.serves,
        undone=frozenset({remedies.TWO_NODE_REMOVED} if wanted.two_node else ()),
        during_drill=True,
    )
