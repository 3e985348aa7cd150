"""Which scenarios a lab with a witness can run, and which ones need a witness; the only place with this rule. Pure."""

from __future__ import annotations

from drill.scenarios.base import Scenario
from inventory.config.quorum import FFSPLIT, POLICY, QDEVICE
from inventory.model import Lab
from inventory.sizes import LEAST_NODES

FFSPLIT_ONLY = frozenset({"vote-moves"})
"""The scenarios that show a behaviour of ffsplit (corosync-qdevice(8): "able to transition its vote")."""


def refusal(scenario: Scenario, lab: Lab) -> str:
    """Why a scenario does not fit the lab's votes; "" when it does."""
    if scenario.third_vote:
        if lab.witness is None:
            return f"it needs a lab with a witness (quorum: {QDEVICE} in lab.yaml)"
        if scenario.name in FFSPLIT_ONLY and lab.witness.algorithm != FFSPLIT:
            return f"{lab.witness.algorithm} does not give its vote to the other side when the first side is lost"
        return ""
    if lab.witness is None or scenario.fenced:
        return ""
    if scenario.kind == "partition" and any(row.id == "two_owners" for row in scenario.checks):
        return f"with quorum: {QDEVICE}, a partition has one owner; this scenario expects two"
    if scenario.sizes[0] > LEAST_NODES:
        return f"it counts the votes of the nodes only; with quorum: {QDEVICE} there are more"
    if any(POLICY in state.properties or state.two_node for state in scenario.states):
        return f"it changes {POLICY} or two_node; with quorum: {QDEVICE}, the third vote decides"
    return ""
