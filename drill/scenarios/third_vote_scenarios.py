"""The scenarios of a lab with a witness: who gets the third vote, and what happens without it."""

from __future__ import annotations

from dataclasses import replace

from drill.record.header import CheckRow
from drill.scenarios.base import Await, Heal, Inject, Observe, Read, Scenario
from drill.scenarios.building_blocks import (
    ALWAYS,
    FAILED_BACK,
    HEALED,
    PREFERRED_NODE,
    TAKEN_OVER,
    UNDISTURBED,
)
from drill.scenarios.overrides import Overrides

NO_VOTE, VOTE = (Read("active", "corosync-quorumtool -s", shows, within=60) for shows in (",NV,", ",V,"))
"""The witness does not give its vote; it gives it."""

THIRD_VOTE_SCENARIOS = tuple(
    replace(one, third_vote=True, sizes=(2, 2))
    for one in (
        # The active node is the preferred node here, which the tie breaker in corosync.conf names.
        Scenario(
            "vote-partition",
            "",
            (
                Inject("partition"),
                Await("without_quorum:peer", 60),
                Await("vip_on:target"),
                Observe("loss", 0.3),
            ),
            (
                *UNDISTURBED,
                CheckRow("quorum", {"role": "target", "expected": True}),
                CheckRow("quorum", {"role": "peer", "expected": False}),
                CheckRow("runs_on", {"role": "target", "when": "fault"}),
                *ALWAYS,
            ),
            overrides=PREFERRED_NODE,
            kind="none",
        ),
        Scenario(
            "vote-partition-away",
            "",
            (
                Inject("standby"),
                *TAKEN_OVER,
                *HEALED,
                Inject("partition"),
                Await("without_quorum:target", 60),
                Await("serving_from:peer", 60),
                Observe("loss", 0.3),
            ),
            (CheckRow("page_names_owner"), FAILED_BACK, *ALWAYS),
            overrides=Overrides(stickiness=100, without=("location",)),
        ),
        Scenario(
            "witness-lost",
            "",
            (Inject("witness-off", "witness"), NO_VOTE, Observe("loss"), Heal(), VOTE, Await("both_online")),
            (
                *UNDISTURBED,
                CheckRow("quorum", {"role": "active", "expected": True}),
                CheckRow("quorum", {"role": "passive", "expected": True}),
                CheckRow("runs_on", {"role": "active", "when": "end"}),
                *ALWAYS,
            ),
            kind="none",
        ),
        Scenario(
            "witness-and-node-lost",
            "",
            (
                Inject("witness-off", "witness"),
                NO_VOTE,
                Inject("power-off", "passive"),
                Await("without_quorum:peer", 60),
                Await("vip_nowhere"),
                Await("down"),
                Observe("loss", 0.5),
                Heal("witness"),
                Await("with_quorum:peer", 60),
                Await("serving_from:peer", 60),
            ),
            (
                CheckRow("one_owner", {"off": "target"}),
                CheckRow("page_names_owner"),
                CheckRow("colocated"),
                CheckRow("runs_on", {"role": "peer", "when": "fault"}),
                *ALWAYS,
            ),
            overrides=PREFERRED_NODE,
        ),
        Scenario(
            "vote-moves",
            "",
            (
                Inject("partition", "passive"),
                Await("without_quorum:target", 60),
                Inject("power-off"),
                Await("with_quorum:peer", 60),
                Await("serving_from:peer", 60),
            ),
            (
                CheckRow("one_owner", {"off": "active"}),
                CheckRow("page_names_owner"),
                CheckRow("colocated"),
                CheckRow("runs_on", {"role": "target", "when": "fault"}),
                *ALWAYS,
            ),
            overrides=PREFERRED_NODE,
        ),
    )
)
"""Those in which the service moves or stops inject two faults. They have no `kind`: no outage is predicted for them."""
