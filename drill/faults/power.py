"""Faults of the whole machine: power cut, frozen, rebooted."""

from __future__ import annotations

from drill.faults import remedies
from drill.faults.background import FOLDER
from drill.faults.base import Fault, FaultScope, Proof, shell
from inventory.model import NodeAction

MARKER = "/dev/shm/ha-lab-before-reboot"  # noqa: S108 -- on a node, writable by root only
"""A file in the node's memory. When it is gone, the node has booted again."""


def reboot(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Reboot the node by a command on it."""
    script = shell("inject_reboot", folder=FOLDER, marker=MARKER)
    return (NodeAction(scope.target.name, script, why="reboot the node", cuts=True),)


def node_rebooted(scope: FaultScope) -> tuple[Proof, ...]:
    """The machine has booted again and the marker is gone; with a provider that does not reboot machines, it is off."""
    if not scope.session.provider.reboots:
        return (Proof(scope.target.name, power="off", what="the node went down"),)
    return (Proof(scope.target.name, shell("prove_rebooted", marker=MARKER), what="the node booted again"),)


FAULTS = (
    Fault(
        "power-off",
        "The node loses its power, without a shutdown",
        "crash",
        inject=lambda scope: (NodeAction(scope.target.name, power="power_off", why="cut the power"),),
        in_effect=lambda scope: (Proof(scope.target.name, power="off", what="the machine is off"),),
        remedies=(remedies.cluster,),
        power="power_on",
        armed=False,
        needs=("power_off",),
        stops_node=True,
        loses_node=True,
    ),
    Fault(
        "freeze",
        "The whole node freezes: it does not answer, and does not notice that time passes",
        "freeze",
        inject=lambda scope: (
            NodeAction(scope.target.name, power="freeze", why="stop the machine's processors"),
        ),
        in_effect=lambda scope: (Proof(scope.target.name, power="frozen", what="the machine is paused"),),
        remedies=(remedies.cluster,),
        power="thaw",
        armed=False,
        needs=("freeze",),
        stops_node=True,
        loses_node=True,
    ),
    Fault(
        "reboot",
        "The node is rebooted: it leaves the cluster gracefully, and is back after the boot",
        "graceful",
        inject=reboot,
        in_effect=node_rebooted,
        remedies=(remedies.cluster,),
        power="power_on",
        armed=False,
        stops_node=True,
        leaves_membership=True,
    ),
)
