"""The scenarios of a lab with fencing: a node is lost, the other node fences it, and nothing runs twice."""

from __future__ import annotations

from dataclasses import replace

from drill.record.header import CheckRow
from drill.scenarios.base import Await, Heal, Inject, Scenario
from drill.scenarios.building_blocks import (
    ALWAYS,
    FAILED_OVER,
    TAKEN_OVER,
    TWO_NODES,
    fault_scenario,
)

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
                *ALWAYS,
            ),
            kind="none",
            sizes=TWO_NODES,
        ),
        fault_scenario(
            "fenced-freeze",
            Inject("freeze"),
            FAILED_OVER,
            CheckRow("page_names_owner"),
            CheckRow("never_two_owners"),
            moves=TAKEN_OVER,
        ),
        fault_scenario(
            "fenced-corosync-kill",
            Inject("corosync-kill"),
            FAILED_OVER,
            CheckRow("page_names_owner"),
            CheckRow("never_two_owners"),
            moves=TAKEN_OVER,
        ),
    )
)
"""Nothing is predicted yet: how long fencing takes is not part of `cluster.outage_bounds`."""
