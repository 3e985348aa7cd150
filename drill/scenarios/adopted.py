"""Which scenarios an adopted cluster can run; the only place with this rule. Pure."""

from __future__ import annotations

from drill.scenarios.base import Scenario
from inventory.model import Lab


def refusal(scenario: Scenario, lab: Lab) -> str:
    """Why a scenario does not run on a cluster that somebody else made; "" when it does, and on the lab's own nodes."""
    if not lab.adopted:
        return ""
    if any(state.two_node or state.votequorum for state in scenario.states):
        return "it edits corosync.conf, which an adopted cluster keeps as it is"
    if not lab.reboots and "reboot" in scenario.faults:
        return "lab.yaml says reboots: false: a node that reboots itself does not come back"
    return ""
