"""The parts that scenarios share: starting states, moves, checks, and the usual form of a scenario with one fault."""

from __future__ import annotations

from cluster.outage_bounds import Kind
from drill.record.header import CheckRow
from drill.scenarios.base import Await, Heal, Inject, Observe, Read, Recompute, Scenario, SingleMove
from drill.scenarios.overrides import Overrides
from inventory.sizes import LEAST_NODES, MOST_NODES

# Starting states, as differences from lab.yaml
AS_IN_LAB_YAML = Overrides()
POLICY_STOP = Overrides(properties={"no-quorum-policy": "stop"})
POLICY_IGNORE = Overrides(properties={"no-quorum-policy": "ignore"})
POLICY_FREEZE = Overrides(properties={"no-quorum-policy": "freeze"})
TWO_NODE = Overrides(properties={"no-quorum-policy": "stop"}, two_node=True)
PREFERRED_NODE = Overrides(stickiness=100, location=500)
WITHOUT_CONSTRAINTS = Overrides(without=("colocation", "order", "location"))
FAST_MONITORS = Overrides(monitors={"web": "2s", "address": "2s"})

TWO_NODES = (2, 2)
"""The size of a lab in which one lost node leaves no majority, or in which a split leaves a half on each side."""

# Moves
STOP_ACTIVE = Inject("corosync-stop")
TAKEN_OVER: tuple[SingleMove, ...] = (Await("serving_from:peer"), Await("placed_on:peer"))
TAKEN_OVER_FROM_FROZEN: tuple[SingleMove, ...] = (*TAKEN_OVER, Observe("request", 2.0))
"""A request that was sent to the frozen node fails before the heal. Otherwise that node would answer it afterwards,
and the outage would seem to end twice."""
QUORUM_LOST: tuple[SingleMove, ...] = (Await("without_quorum:peer"), Recompute("peer"), Await("vip_nowhere"))
"""Under the policy stop nothing runs any more."""
HEALED: tuple[SingleMove, ...] = (Heal(), Await("both_online", 90))
FAILURE_COUNTED = Read("target", "crm_mon -1 -f", "fail-count=")

# Checks
ALWAYS = (
    CheckRow("came_about"),
    CheckRow("recovered"),
    CheckRow("configuration_unchanged"),
    CheckRow("no_leftovers"),
)
"""The checks of every scenario."""
ONE_SERVICE = (CheckRow("one_owner"), CheckRow("page_names_owner"), CheckRow("colocated"))
OUTAGE_LENGTH = (CheckRow("outage_within_budget"), CheckRow("outage_within_bounds"))
UNDISTURBED = (CheckRow("no_outage"), *ONE_SERVICE)
PEER_QUORUM = CheckRow("quorum", {"role": "peer", "expected": "@two_node"})
"""One node of two that is alone has no quorum, unless lab.yaml sets two_node; two of three have it."""
FAILED_OVER = CheckRow("runs_on", {"role": "peer", "when": "fault"})
STAYED = CheckRow("runs_on", {"role": "peer", "when": "end"})
FAILED_BACK = CheckRow("runs_on", {"role": "target", "when": "end"})


def fault_scenario(
    name: str,
    inject: Inject,
    *checks: CheckRow,
    moves: tuple[SingleMove, ...] = TAKEN_OVER,
    overrides: Overrides = AS_IN_LAB_YAML,
    kind: Kind | None = None,
    budget: str = "",
    sizes: tuple[int, int] = (LEAST_NODES, MOST_NODES),
) -> Scenario:
    """A scenario with one fault on one node; ALWAYS is added to its checks."""
    return Scenario(name, "", (inject, *moves), (*checks, *ALWAYS), overrides, kind, budget, sizes=sizes)
