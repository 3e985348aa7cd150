"""The scenarios about faults of the service, and about several faults in a row."""

from __future__ import annotations

from drill.record.header import CheckRow
from drill.scenarios.base import Await, ForEachOther, Heal, Inject, Observe, Read, Scenario
from drill.scenarios.building_blocks import (
    ALWAYS,
    FAILED_OVER,
    FAILURE_COUNTED,
    FAST_MONITORS,
    HEALED,
    ONE_SERVICE,
    OUTAGE_LENGTH,
    POLICY_IGNORE,
    PREFERRED_NODE,
    STAYED,
    STOP_ACTIVE,
    TAKEN_OVER,
    TWO_NODES,
    UNDISTURBED,
    fault_scenario,
)
from drill.scenarios.overrides import Overrides

SERVICE_SCENARIOS = (
    fault_scenario(
        "standby",
        Inject("standby"),
        *OUTAGE_LENGTH,
        *ONE_SERVICE,
        FAILED_OVER,
        kind="graceful",
        budget="graceful",
    ),
    fault_scenario(
        "maintenance", Inject("maintenance"), *UNDISTURBED, moves=(Observe("loss", 0.5),), kind="none"
    ),
    Scenario(
        "maintenance-kill",
        "",
        (
            Inject("maintenance", "passive"),
            Await("serving"),
            Inject("web-kill"),
            Await("down"),
            Observe("web monitor", 2),
            Await("down"),
            Heal("peer"),
            FAILURE_COUNTED,
            Await("serving_from:target"),
        ),
        (
            CheckRow("interruptions", {"counts": (0, 1)}),
            CheckRow("failcounts", {"expected": {"@web": 1, "@address": "none"}}),
            CheckRow("runs_on", {"role": "active", "when": "end"}),
            *ONE_SERVICE,
            *ALWAYS,
        ),
        overrides=FAST_MONITORS,
    ),
    fault_scenario(
        "vip-removed",
        Inject("vip-removed"),
        *OUTAGE_LENGTH,
        CheckRow("failcounts", {"expected": {"@address": 1}}),
        *ONE_SERVICE,
        moves=(FAILURE_COUNTED, Await("vip_on:target"), Await("serving")),
        overrides=FAST_MONITORS,
        kind="process",
        budget="crash",
    ),
    fault_scenario(
        "web-kill",
        Inject("web-kill"),
        *OUTAGE_LENGTH,
        CheckRow("failcounts", {"expected": {"@web": 1, "@address": "none"}}),
        CheckRow("runs_on", {"role": "target", "when": "end"}),
        *ONE_SERVICE,
        moves=(FAILURE_COUNTED, Await("serving_from:target")),
        overrides=FAST_MONITORS,
        kind="process",
        budget="crash",
    ),
    fault_scenario(
        "web-hang",
        Inject("web-hang"),
        CheckRow("failcounts", {"expected": {"@web": "none"}}),
        CheckRow("runs_on", {"role": "target", "when": "fault"}),
        *ONE_SERVICE,
        moves=(Await("web_hung:target"), Await("down"), Observe("web monitor", 2)),
        overrides=FAST_MONITORS,
        kind="hang",
    ),
    fault_scenario(
        "web-broken",
        Inject("web-broken"),
        *OUTAGE_LENGTH,
        CheckRow("failcounts", {"expected": {"@web": 1}}),
        FAILED_OVER,
        *ONE_SERVICE,
        moves=(FAILURE_COUNTED, *TAKEN_OVER),
        overrides=Overrides(monitors={"web": "2s"}, migration_threshold=1),
        kind="process",
        budget="crash",
    ),
    Scenario(
        "cold-start-alone",
        "6.3",
        (
            STOP_ACTIVE,
            *TAKEN_OVER,
            STOP_ACTIVE,
            Await("down"),
            Heal("peer"),
            Await("serving_from:peer", 60),
        ),
        (CheckRow("one_owner"), *ALWAYS),
        overrides=POLICY_IGNORE,
        sizes=TWO_NODES,
    ),
    Scenario(
        "rolling-restart",
        "7.1",
        (
            ForEachOther((Inject("corosync-stop", "untouched"), Await("alone:peer"), *HEALED)),
            STOP_ACTIVE,
            *TAKEN_OVER,
        ),
        (*OUTAGE_LENGTH, CheckRow("interruptions", {"counts": "@restarts"}), *ONE_SERVICE, *ALWAYS),
        overrides=PREFERRED_NODE,
        kind="graceful",
        budget="graceful",
    ),
    Scenario(
        "five-in-a-row",
        "7.1",
        (
            # Until its start has ended for the cluster too: a server that is killed before has failed to start.
            *(Inject("web-kill"), Await("serving_from:target"), Await("placed_on:target")) * 4,
            Inject("web-kill"),
            Read("target", "crm_mon -1 -f", "fail-count=5"),
            *TAKEN_OVER,
        ),
        (*OUTAGE_LENGTH, CheckRow("failcounts", {"expected": {"@web": 5}}), STAYED, *ONE_SERVICE, *ALWAYS),
        overrides=Overrides(without=("location",), monitors={"web": "1s"}, migration_threshold=5),
        kind="process",
        budget="crash",
    ),
    # It is the last one: the new pacemakerd only adopts the running daemons, and then a graceful stop takes 30 s.
    fault_scenario(
        "pacemaker-kill",
        Inject("pacemaker-kill", "any"),
        *UNDISTURBED,
        moves=(Await("both_online"), Observe("loss", 0.5)),
        kind="none",
    ),
)
