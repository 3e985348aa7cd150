"""The scenarios about one fault of a node: its corosync, its power, its network, its disk, its processors."""

from __future__ import annotations

from drill.record.header import CheckRow
from drill.scenarios.base import Await, Inject, Observe
from drill.scenarios.building_blocks import (
    FAILED_OVER,
    ONE_SERVICE,
    OUTAGE_LENGTH,
    PEER_QUORUM,
    TWO_NODES,
    UNDISTURBED,
    fault_scenario,
)

FAULT_SCENARIOS = (
    fault_scenario(
        "corosync-stop-passive",
        Inject("corosync-stop", "passive"),
        *UNDISTURBED,
        PEER_QUORUM,
        FAILED_OVER,
        moves=(Await("alone:peer"),),
        kind="none",
    ),
    fault_scenario(
        "corosync-stop-dc",
        Inject("corosync-stop", "dc"),
        *OUTAGE_LENGTH,
        *ONE_SERVICE,
        PEER_QUORUM,
        FAILED_OVER,
        kind="graceful",
        budget="graceful",
    ),
    fault_scenario(
        "corosync-kill",
        Inject("corosync-kill"),
        *OUTAGE_LENGTH,
        CheckRow("two_owners"),
        PEER_QUORUM,
        moves=(Await("two_holders"), Observe("loss", 0.2)),
        kind="crash",
        budget="crash",
    ),
    fault_scenario(
        "corosync-freeze",
        Inject("corosync-freeze"),
        *OUTAGE_LENGTH,
        CheckRow("two_owners"),
        PEER_QUORUM,
        moves=(Await("two_holders"), Observe("loss", 0.2)),
        kind="freeze",
        budget="freeze",
    ),
    fault_scenario(
        "power-off",
        Inject("power-off"),
        *OUTAGE_LENGTH,
        CheckRow("one_owner", {"off": "target"}),
        CheckRow("page_names_owner"),
        CheckRow("colocated"),
        PEER_QUORUM,
        FAILED_OVER,
        kind="crash",
        budget="crash",
    ),
    fault_scenario(
        "freeze", Inject("freeze"), *OUTAGE_LENGTH, PEER_QUORUM, FAILED_OVER, kind="freeze", budget="freeze"
    ),
    fault_scenario(
        "reboot",
        Inject("reboot"),
        *OUTAGE_LENGTH,
        CheckRow("one_owner", {"off": "target"}),
        CheckRow("page_names_owner"),
        CheckRow("colocated"),
        FAILED_OVER,
        kind="graceful",
        budget="graceful",
    ),
    fault_scenario(
        "partition",
        Inject("partition"),
        CheckRow("two_owners"),
        PEER_QUORUM,
        CheckRow("quorum", {"role": "target", "expected": "@two_node"}),
        CheckRow("outage_within_budget"),
        moves=(Await("two_holders"), Await("alone:target"), Observe("loss", 0.3)),
        kind="partition",
        budget="partition",
        sizes=TWO_NODES,
    ),
    fault_scenario(
        "partition-in",
        Inject("partition-in"),
        CheckRow("two_owners"),
        PEER_QUORUM,
        CheckRow("outage_within_budget"),
        moves=(Await("two_holders"), Observe("loss", 0.3)),
        kind="partition",
        budget="partition",
        sizes=TWO_NODES,
    ),
    fault_scenario(
        "loss",
        Inject("loss", "any"),
        CheckRow("outage_within_budget"),
        moves=(Observe(),),
        kind="partition",
        budget="partition",
    ),
    fault_scenario("delay", Inject("delay", "any"), *UNDISTURBED, moves=(Observe(),), kind="none"),
    fault_scenario(
        "disk-full", Inject("disk-full", "any"), *UNDISTURBED, moves=(Observe("loss", 0.5),), kind="none"
    ),
    fault_scenario(
        "cpu",
        Inject("cpu", "any"),
        CheckRow("outage_within_bounds"),
        CheckRow("runs_on", {"role": "active", "when": "fault"}),
        CheckRow("failcounts", {"expected": {"@web": "none", "@address": "none"}}),
        *ONE_SERVICE,
        moves=(Observe("loss", 0.5),),
        kind="none",
    ),
)
