"""Faults of the whole machine: power cut, processors frozen, restarted."""

from __future__ import annotations

from drill.faults import remedies
from drill.faults.background import FOLDER
from drill.faults.base import Fault, FaultScope, Proof, shell
from inventory.model import NodeAction

MARK = "/dev/shm/ha-lab-before-reboot"  # noqa: S108 -- on a node, and root's alone
"""A file in the node's memory: where it is gone, the node has booted again."""


def reboot(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Restart the node from within."""
    script = shell("inject_reboot", folder=FOLDER, mark=MARK)
    return (NodeAction(scope.target.name, script, why="restart the node from within", cuts=True),)


def node_rebooted(scope: FaultScope) -> tuple[Proof, ...]:
    """A machine comes back by itself, without the mark; where it does not, it is off until it is started again."""
    if not scope.session.provider.reboots:
        return (Proof(scope.target.name, power="off", what="the node went down"),)
    return (Proof(scope.target.name, shell("prove_rebooted", mark=MARK), what="the node booted again"),)


FAULTS = (
    Fault(
        "power-off",
        "The node loses its power: no shutdown, no goodbye",
        "crash",
        inject=lambda scope: (NodeAction(scope.target.name, power="power_off", why="cut the power"),),
        in_effect=lambda scope: (Proof(scope.target.name, power="off", what="the machine is off"),),
        remedies=(remedies.cluster,),
        power="power_on",
        armed=False,
        needs=("power_off",),
    ),
    Fault(
        "freeze",
        "The node freezes: it answers nothing, and does not know",
        "freeze",
        inject=lambda scope: (
            NodeAction(scope.target.name, power="freeze", why="stop the machine's processors"),
        ),
        in_effect=lambda scope: (Proof(scope.target.name, power="frozen", what="the machine is paused"),),
        remedies=(remedies.cluster,),
        power="thaw",
        armed=False,
        needs=("freeze",),
    ),
    Fault(
        "reboot",
        "The node is restarted: an orderly goodbye, and it is back only when it has booted",
        "graceful",
        inject=reboot,
        in_effect=node_rebooted,
        remedies=(remedies.cluster,),
        power="power_on",
        armed=False,
    ),
)
