"""The scenarios of a lab with three nodes or more: which nodes keep quorum, and where the resources go."""

from __future__ import annotations

from dataclasses import replace

from drill.record.header import CheckRow
from drill.scenarios.base import Await, Inject, Observe, Read, Recompute, Scenario
from drill.scenarios.building_blocks import (
    ALWAYS,
    FAILED_BACK,
    FAILED_OVER,
    HEALED,
    ONE_SERVICE,
    OUTAGE_LENGTH,
    POLICY_STOP,
    STOP_ACTIVE,
    TAKEN_OVER,
    UNDISTURBED,
)
from drill.scenarios.overrides import Overrides
from inventory.sizes import MOST_NODES

THREE_OR_MORE, FOUR = (3, MOST_NODES), (4, 4)
PEERS_QUORATE = CheckRow("quorum", {"role": "peer", "expected": True})
TARGET_NOT_QUORATE = CheckRow("quorum", {"role": "target", "expected": False})

LAST_MAN_STANDING = Overrides(
    properties=POLICY_STOP.properties, votequorum=("last_man_standing", "wait_for_all")
)
TIE_BREAKER = Overrides(properties=POLICY_STOP.properties, location=500, votequorum=("auto_tie_breaker",))
THREE_VOTES = Read("active", "corosync-quorumtool -s", "Expected votes:   3", 60)
OTHERS_TAKE_OVER = (
    Await("without_quorum:target"),
    Await("serving_from:peer"),
    Await("vip_on:peer"),
    Observe("loss", 0.3),
)
"""After a partition the nodes that were not hit have quorum, and take over."""
OTHERS_SERVE = (
    CheckRow("outage_within_budget"),
    PEERS_QUORATE,
    TARGET_NOT_QUORATE,
    FAILED_OVER,
    CheckRow("page_names_owner"),
    *ALWAYS,
)

MORE_NODES_SCENARIOS = (
    Scenario(
        "one-of-three-lost",
        "",
        (Inject("freeze"), *TAKEN_OVER),
        (*OUTAGE_LENGTH, PEERS_QUORATE, FAILED_OVER, *ALWAYS),
        overrides=POLICY_STOP,
        kind="freeze",
        budget="freeze",
        sizes=THREE_OR_MORE,
    ),
    Scenario(
        "two-of-three-lost",
        "",
        (
            Inject("freeze", "passives"),
            Await("without_quorum:peer"),
            Recompute("peer"),
            Await("vip_nowhere"),
            Observe("loss", 0.5),
        ),
        (
            CheckRow("quorum", {"role": "peer", "expected": False}),
            CheckRow("down_throughout", {"within": 30.0}),
            *ALWAYS,
        ),
        overrides=POLICY_STOP,
        sizes=(3, 3),
    ),
    Scenario(
        "split-majority-serves",
        "",
        (Inject("partition", "passive"), Await("without_quorum:target"), Observe("loss", 0.5)),
        (
            *UNDISTURBED,
            PEERS_QUORATE,
            TARGET_NOT_QUORATE,
            CheckRow("runs_on", {"role": "active", "when": "fault"}),
            *ALWAYS,
        ),
        overrides=POLICY_STOP,
        kind="none",
        sizes=THREE_OR_MORE,
    ),
    Scenario(
        "split-minority-stops",
        "",
        (Inject("partition"), *OTHERS_TAKE_OVER),
        OTHERS_SERVE,
        overrides=POLICY_STOP,
        kind="partition",
        budget="partition",
        sizes=THREE_OR_MORE,
    ),
    Scenario(
        "second-choice",
        "",
        (STOP_ACTIVE, *TAKEN_OVER, *HEALED, Await("serving_from:target")),
        (
            *OUTAGE_LENGTH,
            CheckRow("runs_on", {"role": "last", "when": "fault"}),
            FAILED_BACK,
            CheckRow("interruptions", {"counts": (2,)}),
            *ONE_SERVICE,
            *ALWAYS,
        ),
        overrides=Overrides(stickiness=100, location=500, last_node=200),
        kind="graceful",
        budget="graceful",
        sizes=THREE_OR_MORE,
    ),
    Scenario(
        "second-choice-stays",
        "",
        (STOP_ACTIVE, *TAKEN_OVER, *HEALED),
        (
            *OUTAGE_LENGTH,
            CheckRow("runs_on", {"role": "last", "when": "end"}),
            CheckRow("no_failback_outage"),
            *ONE_SERVICE,
            *ALWAYS,
        ),
        overrides=Overrides(stickiness=151, location=500, last_node=200),
        kind="graceful",
        budget="graceful",
        sizes=THREE_OR_MORE,
    ),
    Scenario(
        "split-in-halves",
        "",
        (
            Inject("partition", "upper half"),
            Await("without_quorum:target"),
            Await("without_quorum:peer"),
            Recompute("peer"),
            Await("vip_nowhere"),
            Observe("loss", 0.5),
        ),
        (
            TARGET_NOT_QUORATE,
            CheckRow("quorum", {"role": "peer", "expected": False}),
            CheckRow("down_throughout", {"within": 30.0}),
            CheckRow("one_owner"),
            *ALWAYS,
        ),
        overrides=POLICY_STOP,
        sizes=FOUR,
    ),
    Scenario(
        "auto-tie-breaker",
        "",
        (Inject("partition", "upper half"), Await("without_quorum:target"), Observe("loss", 0.5)),
        (*UNDISTURBED, PEERS_QUORATE, TARGET_NOT_QUORATE, *ALWAYS),
        overrides=TIE_BREAKER,
        kind="none",
        sizes=FOUR,
    ),
    Scenario(
        "auto-tie-breaker-moves",
        "",
        (Inject("partition", "upper half"), *OTHERS_TAKE_OVER),
        OTHERS_SERVE,
        overrides=replace(TIE_BREAKER, last_node=1500),
        kind="partition",
        budget="partition",
        sizes=FOUR,
    ),
    Scenario(
        "last-man-standing",
        "",
        (
            Inject("corosync-freeze", "untouched"),
            Await("alone:peer"),
            THREE_VOTES,
            Inject("corosync-freeze", "untouched"),
            Await("alone:peer"),
            Observe("loss", 0.5),
        ),
        (
            *UNDISTURBED,
            CheckRow("quorum", {"role": "active", "expected": True}),
            CheckRow("runs_on", {"role": "active", "when": "fault"}),
            *ALWAYS,
        ),
        overrides=LAST_MAN_STANDING,
        kind="none",
        sizes=FOUR,
    ),
)
