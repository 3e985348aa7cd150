"""Faults of the witness, which is no cluster node: its power. Sources: corosync-qnetd(8), corosync-qdevice(8)."""

from __future__ import annotations

from drill.faults import remedies
from drill.faults.base import Fault, Proof
from inventory.model import NodeAction

FAULTS = (
    Fault(
        "witness-off",
        "The witness loses its power: nobody gives the third vote any more",
        "none",
        inject=lambda scope: (
            NodeAction(scope.target.name, power="power_off", why="cut the witness's power"),
        ),
        in_effect=lambda scope: (Proof(scope.target.name, power="off", what="the witness is off"),),
        remedies=(remedies.witness,),
        power="power_on",
        armed=False,
        roles=("witness",),
        needs=("power_off",),
    ),
)
