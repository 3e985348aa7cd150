"""Which scenarios a lab can run, and the reason why not."""

from __future__ import annotations

from drill.faults import registry as faults
from drill.scenarios import adopted, sizes, third_vote, writes
from drill.scenarios.base import Scenario
from drill.scenarios.fencing import refusal
from drill.scenarios.services import without_web
from inventory.session import LabSession


def unavailable(scenario: Scenario, session: LabSession) -> str:
    """Why a scenario cannot run on this lab, platform or provider; "" when it can."""
    lab = session.lab
    for name in scenario.faults:
        if reason := faults.get(name).refusal(session):
            return reason
    modules = (adopted.refusal, sizes.refusal, third_vote.refusal, without_web, writes.refusal)
    rules = (rule(scenario, lab) for rule in modules)
    if reason := next(filter(None, (refusal(scenario, lab, faults.LOSING), *rules)), ""):
        return reason
    if not session.platform.knows_two_node and any(
        state.two_node or state.votequorum for state in scenario.states
    ):
        return f"corosync {session.platform.corosync}'s plugin has no two_node, and no other option of votequorum"
    preferences = [one.score > 0 for one in lab.locations]
    if any(state.location is not None for state in scenario.states) and preferences != [True]:
        return "it sets the score of the one location constraint of lab.yaml that prefers a node"
    if lab.corosync.two_node and scenario.overrides.stops_lone_node:
        return "lab.yaml says two_node: true, so that a node alone keeps its quorum, whatever the no-quorum-policy"
    return ""
