"""Faults of a node's BMC, in a lab with fencing: the fence device of the node cannot do its work, or is late."""

from __future__ import annotations

from drill.faults import remedies
from drill.faults.base import Fault, Proof
from inventory.bmc.faults import SLOW_S
from inventory.model import NodeAction

FAULTS = (
    Fault(
        "bmc-dead",
        "The BMC of the node is dead: nobody can switch the node off",
        "none",
        inject=lambda scope: (NodeAction(scope.target.name, bmc="stop", why="end its BMC"),),
        in_effect=lambda scope: (Proof(scope.target.name, bmc="dead", what="its BMC does not run"),),
        remedies=(remedies.cluster, remedies.failures),
        armed=False,
        needs_bmc=True,
    ),
    Fault(
        "bmc-slow",
        f"The BMC of the node is slow: each answer takes {SLOW_S:g} s longer",
        "none",
        inject=lambda scope: (NodeAction(scope.target.name, bmc="slow", why="slow its BMC"),),
        in_effect=lambda scope: (Proof(scope.target.name, bmc="slow", what="its BMC is slow"),),
        remedies=(remedies.cluster, remedies.failures),
        armed=False,
        needs_bmc=True,
    ),
)
