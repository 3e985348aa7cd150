"""Which scenarios a lab with fencing can run, and which ones need fencing; the only place with this rule. Pure."""

from __future__ import annotations

from collections.abc import Collection

from drill.scenarios.base import Scenario
from inventory.model import NO_FENCING, Lab

POLICY = "no-quorum-policy"


def refusal(scenario: Scenario, lab: Lab, losing: Collection[str]) -> str:
    """Why a scenario does not fit the lab's fencing; "" when it does. `losing` are the faults that lose a node."""
    if scenario.fenced:
        return "" if lab.fencing != NO_FENCING else "it needs a lab with fencing (fencing: ipmi in lab.yaml)"
    if lab.fencing == NO_FENCING:
        return ""
    if lost := [name for name in scenario.faults if name in losing]:
        return (
            f"with fencing: {lab.fencing}, the cluster switches a node off and on after {lost[0]}; this scenario"
            " expects the behaviour of a cluster without fencing"
        )
    if any(POLICY in state.properties or state.two_node or state.votequorum for state in scenario.states):
        return f"it changes {POLICY} or two_node; with fencing: {lab.fencing} a single node must keep quorum to fence"
    return ""
