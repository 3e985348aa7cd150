"""The scenarios of a lab with fencing: a node is lost, the other node fences it, and nothing runs twice."""

from __future__ import annotations

from dataclasses import replace

from drill.record.header import CheckRow
from drill.scenarios.base import Await, Heal, Inject, Move, Observe, Scenario
from drill.scenarios.building_blocks import (
    ALWAYS,
    FAILED_OVER,
    TWO_NODES,
    UNDISTURBED,
    fault_scenario,
)

FENCED_OVER = (
    FAILED_OVER,
    CheckRow("page_names_owner"),
    CheckRow("never_two_owners"),
    CheckRow("fenced", {"node": "target"}),
)
"""The active node is fenced, and only it; the other node takes over."""
TAKEN_OVER_LATE: tuple[Move, ...] = (Await("serving_from:peer", 120), Await("placed_on:peer", 120))
FENCED_SCENARIOS = tuple(
    replace(one, fenced=True)
    for one in (
        # The active node is the preferred node here. It fences first, because the device that fences it waits.
        Scenario(
            "fenced-partition",
            "",
            (Inject("partition"), Await("without_cluster:peer", 60), Heal(), Await("both_online", 90)),
            (
                CheckRow("no_outage"),
                CheckRow("page_names_owner"),
                CheckRow("runs_on", {"role": "target", "when": "fault"}),
                CheckRow("never_two_owners"),
                CheckRow("fenced", {"node": "peer"}),
                CheckRow("no_lost_writes", {"most": "@may_lose"}),
                *ALWAYS,
            ),
            kind="none",
            sizes=TWO_NODES,
            writes=True,
        ),
        fault_scenario(
            "fenced-freeze",
            Inject("freeze"),
            CheckRow("outage_within_bounds"),
            *FENCED_OVER,
            kind="freeze",
        ),
        Scenario(
            "fenced-slow-bmc",
            "",
            (Inject("bmc-slow"), Observe("loss", 0.1), Inject("freeze"), *TAKEN_OVER_LATE),
            (*FENCED_OVER, *ALWAYS),
        ),
        Scenario(
            "fenced-dead-bmc",
            "",
            (Inject("bmc-dead"), Observe("loss")),
            (*UNDISTURBED, *ALWAYS),
            kind="none",
        ),
        replace(
            fault_scenario(
                "fenced-corosync-kill",
                Inject("corosync-kill"),
                CheckRow("outage_within_bounds"),
                *FENCED_OVER,
                CheckRow("no_lost_writes", {"most": "@may_lose"}),
                kind="crash",
            ),
            writes=True,
        ),
    )
)
