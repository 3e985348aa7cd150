"""Every scenario of the lab as a row: the walkthrough's observations first, then every fault.

Their titles and reasons, for students, stand in scenarios.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from cluster.outage_bounds import Kind
from drill.scenarios.base import (
    Await,
    Check,
    Configure,
    Heal,
    Inject,
    Move,
    Observe,
    Read,
    Scenario,
    Target,
    Text,
)
from drill.scenarios.overrides import Overrides
from inventory.errors import ConfigError
from inventory.model import INFINITY

# Starting states
END = Overrides()
STOP = Overrides(properties={"no-quorum-policy": "stop"})
IGNORE = Overrides(properties={"no-quorum-policy": "ignore"})
FREEZE = Overrides(properties={"no-quorum-policy": "freeze"})
TWO_NODE = Overrides(properties={"no-quorum-policy": "stop"}, two_node=True)
PREFERRED = Overrides(stickiness=100, location=500)
APART = Overrides(without=("colocation", "order", "location"))
WATCHFUL = Overrides(monitors={"web": "2s", "address": "2s"})

# Moves
STOP_ACTIVE = Inject("corosync-stop")
TAKEN: tuple[Move, ...] = (Await("serving_from:peer"), Await("placed_on:peer"))
BACK: tuple[Move, ...] = (Heal(), Await("both_online", 90))
COUNTED = Read("target", "crm_mon -1 -f", "fail-count=")

# Checks
ALWAYS: tuple[Check, ...] = (
    ("came_about", {}),
    ("recovered", {}),
    ("configuration_unchanged", {}),
    ("no_leftovers", {}),
)
ONE: tuple[Check, ...] = (("one_owner", {}), ("page_names_owner", {}), ("colocated", {}))
LENGTH: tuple[Check, ...] = (("outage_within_budget", {}), ("outage_within_bounds", {}))
UNTOUCHED: tuple[Check, ...] = (("no_outage", {}), *ONE)
NO_QUORUM: Check = ("quorum", {"role": "peer", "expected": "@two_node"})
MOVED: Check = ("runs_on", {"role": "peer", "when": "fault"})
STAYED: Check = ("runs_on", {"role": "peer", "when": "end"})
RETURNED: Check = ("runs_on", {"role": "target", "when": "end"})


def _fault(
    name: str,
    *checks: Check,
    moves: tuple[Move, ...] = TAKEN,
    target: Target = "active",
    overrides: Overrides = END,
    kind: Kind | None = None,
    budget: str = "",
) -> Scenario:
    """A scenario that is about one fault on one node, named after it."""
    label = name if target in ("active", "any") else f"{name}-{target}"
    return Scenario(label, "", (Inject(name, target), *moves), (*checks, *ALWAYS), overrides, kind, budget)


WALKTHROUGH = (
    Scenario(
        "nothing",
        "7.1",
        (Await("both_online"), Observe("loss", 0.5)),
        (*UNTOUCHED, ("runs_on", {"role": "active", "when": "end"}), ("stable_rate", {}), *ALWAYS),
        kind="none",
    ),
    Scenario(
        "quorum-stop",
        "6.2",
        (STOP_ACTIVE, Await("vip_nowhere"), Observe("loss", 0.5)),
        (("down_throughout", {}), NO_QUORUM, ("one_owner", {}), *ALWAYS),
        overrides=STOP,
        kind="graceful",
    ),
    Scenario(
        "quorum-ignore",
        "6.3",
        (STOP_ACTIVE, *TAKEN),
        (*LENGTH, NO_QUORUM, MOVED, *ONE, *ALWAYS),
        overrides=IGNORE,
        kind="graceful",
        budget="graceful",
    ),
    Scenario(
        "quorum-ignore-later",
        "6.3",
        (
            STOP_ACTIVE,
            Await("vip_nowhere"),
            Observe("loss", 0.5),
            Configure(IGNORE),
            *TAKEN,
        ),
        (NO_QUORUM, MOVED, *ONE, *ALWAYS),
        overrides=STOP,
        kind="graceful",
    ),
    Scenario(
        "quorum-freeze",
        "6.2",
        (Inject("freeze"), Await("without_quorum:peer"), Observe("loss", 0.5)),
        (("down_throughout", {}), NO_QUORUM, *ALWAYS),
        overrides=FREEZE,
        kind="freeze",
    ),
    Scenario(
        "quorum-freeze-keeps",
        "6.2",
        (Inject("corosync-stop", "passive"), Await("without_quorum:peer"), Observe("loss", 0.5)),
        (NO_QUORUM, MOVED, *UNTOUCHED, *ALWAYS),
        overrides=FREEZE,
        kind="none",
    ),
    Scenario(
        "two-node",
        "6.2",
        (Inject("freeze"), *TAKEN),
        (*LENGTH, ("quorum", {"role": "peer", "expected": True}), MOVED, *ALWAYS),
        overrides=TWO_NODE,
        kind="freeze",
        budget="freeze",
    ),
    Scenario(
        "two-node-cold-start",
        "6.2",
        (
            Inject("corosync-stop", "both"),
            Observe("loss", 0.2),
            Heal("target"),
            Read("target", "corosync-quorumtool -s", "WaitForAll"),
            Read("target", "crm_mon -1", "WITHOUT quorum"),
            Observe("loss", 0.5),
            Configure(STOP),
        ),
        (("down_throughout", {}), ("one_owner", {}), *ALWAYS),
        overrides=TWO_NODE,
    ),
    Scenario(
        "failback-stickiness-0",
        "6.4",
        (STOP_ACTIVE, *TAKEN, *BACK, Await("serving_from:target")),
        (*LENGTH, MOVED, RETURNED, ("interruptions", {"counts": (2,)}), *ONE, *ALWAYS),
        overrides=Overrides(stickiness=0, location=150),
        kind="graceful",
        budget="graceful",
    ),
    Scenario(
        "failback-nobody-wants",
        "6.4",
        (Inject("standby"), *TAKEN, *BACK),
        (*LENGTH, MOVED, *ONE, *ALWAYS),
        overrides=Overrides(stickiness=0, without=("location",)),
        kind="graceful",
        budget="graceful",
    ),
    Scenario(
        "stickiness-100",
        "6.5",
        (STOP_ACTIVE, *TAKEN, *BACK),
        (*LENGTH, STAYED, ("no_failback_outage", {}), *ONE, *ALWAYS),
        overrides=Overrides(stickiness=100, location=150),
        kind="graceful",
        budget="graceful",
    ),
    Scenario(
        "location-500",
        "7.1",
        (STOP_ACTIVE, *TAKEN, *BACK, Await("serving_from:target")),
        (*LENGTH, MOVED, RETURNED, *ONE, *ALWAYS),
        overrides=PREFERRED,
        kind="graceful",
        budget="graceful",
    ),
    Scenario(
        "stickiness-251",
        "7.1",
        (Inject("standby"), *TAKEN, *BACK),
        (*LENGTH, STAYED, ("no_failback_outage", {}), *ONE, *ALWAYS),
        overrides=Overrides(stickiness=251, location=500),
        kind="graceful",
        budget="graceful",
    ),
    Scenario(
        "stickiness-infinity",
        "6.5",
        (STOP_ACTIVE, *TAKEN, *BACK, Observe("loss"), Await("placed_on:peer"), Inject("standby"), *TAKEN),
        (
            ("outage_within_budget", {}),
            ("no_failback_outage", {}),
            ("runs_on", {"role": "active", "when": "end"}),
            *ONE,
            *ALWAYS,
        ),
        overrides=Overrides(stickiness=INFINITY, location=500),
        kind="graceful",
        budget="graceful",
    ),
    Scenario(
        "apart",
        "7.2",
        (Configure(APART), Await("placed_apart"), Observe("loss", 0.5), Configure(END), Await("serving")),
        (("apart", {}), ("one_owner", {}), *ALWAYS),
        overrides=Overrides(without=("colocation", "order", "location"), resources=("address",)),
    ),
    Scenario(
        "order",
        "7.1",
        (Inject("standby"), *TAKEN),
        (("order_held", {}), *LENGTH, MOVED, RETURNED, *ONE, *ALWAYS),
        overrides=PREFERRED,
        kind="graceful",
        budget="graceful",
    ),
)

FAULTS = (
    _fault(
        "corosync-stop",
        *UNTOUCHED,
        NO_QUORUM,
        MOVED,
        target="passive",
        moves=(Await("alone:peer"),),
        kind="none",
    ),
    _fault("corosync-stop", *LENGTH, *ONE, NO_QUORUM, MOVED, target="dc", kind="graceful", budget="graceful"),
    _fault(
        "corosync-kill",
        *LENGTH,
        ("two_owners", {}),
        NO_QUORUM,
        moves=(Await("two_holders"), Observe("loss", 0.2)),
        kind="crash",
        budget="crash",
    ),
    _fault(
        "corosync-freeze",
        *LENGTH,
        ("two_owners", {}),
        NO_QUORUM,
        moves=(Await("two_holders"), Observe("loss", 0.2)),
        kind="freeze",
        budget="freeze",
    ),
    _fault(
        "power-off",
        *LENGTH,
        ("one_owner", {"off": "target"}),
        ("page_names_owner", {}),
        ("colocated", {}),
        NO_QUORUM,
        MOVED,
        kind="crash",
        budget="crash",
    ),
    _fault("freeze", *LENGTH, NO_QUORUM, MOVED, kind="freeze", budget="freeze"),
    _fault(
        "reboot",
        *LENGTH,
        ("one_owner", {"off": "target"}),
        ("page_names_owner", {}),
        ("colocated", {}),
        MOVED,
        kind="graceful",
        budget="graceful",
    ),
    _fault(
        "partition",
        ("two_owners", {}),
        NO_QUORUM,
        ("quorum", {"role": "target", "expected": "@two_node"}),
        ("outage_within_budget", {}),
        moves=(Await("two_holders"), Await("alone:target"), Observe("loss", 0.3)),
        kind="partition",
        budget="partition",
    ),
    _fault(
        "partition-in",
        ("two_owners", {}),
        NO_QUORUM,
        ("outage_within_budget", {}),
        moves=(Await("two_holders"), Observe("loss", 0.3)),
        kind="partition",
        budget="partition",
    ),
    _fault(
        "loss",
        ("outage_within_budget", {}),
        moves=(Observe(),),
        target="any",
        kind="partition",
        budget="partition",
    ),
    _fault("delay", *UNTOUCHED, moves=(Observe(),), target="any", kind="none"),
    _fault("disk-full", *UNTOUCHED, moves=(Observe("loss", 0.5),), target="any", kind="none"),
    _fault(
        "cpu",
        ("outage_within_bounds", {}),
        ("runs_on", {"role": "active", "when": "fault"}),
        ("failcounts", {"expected": {"@web": "none", "@address": "none"}}),
        *ONE,
        moves=(Observe("loss", 0.5),),
        target="any",
        kind="none",
    ),
    _fault("maintenance", *UNTOUCHED, moves=(Observe("loss", 0.5),), kind="none"),
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
            COUNTED,
            Await("serving_from:target"),
        ),
        (
            ("interruptions", {"counts": (0, 1)}),
            ("failcounts", {"expected": {"@web": 1, "@address": "none"}}),
            ("runs_on", {"role": "active", "when": "end"}),
            *ONE,
            *ALWAYS,
        ),
        overrides=WATCHFUL,
    ),
    _fault(
        "vip-removed",
        *LENGTH,
        ("failcounts", {"expected": {"@address": 1}}),
        *ONE,
        moves=(COUNTED, Await("vip_on:target"), Await("serving")),
        overrides=WATCHFUL,
        kind="process",
        budget="crash",
    ),
    _fault(
        "web-kill",
        *LENGTH,
        ("failcounts", {"expected": {"@web": 1, "@address": "none"}}),
        ("runs_on", {"role": "target", "when": "end"}),
        *ONE,
        moves=(COUNTED, Await("serving_from:target")),
        overrides=WATCHFUL,
        kind="process",
        budget="crash",
    ),
    _fault(
        "web-hang",
        ("failcounts", {"expected": {"@web": "none"}}),
        ("runs_on", {"role": "target", "when": "fault"}),
        *ONE,
        moves=(Await("web_hung:target"), Await("down"), Observe("web monitor", 2)),
        overrides=WATCHFUL,
        kind="hang",
    ),
    _fault(
        "web-broken",
        *LENGTH,
        ("failcounts", {"expected": {"@web": 1}}),
        MOVED,
        *ONE,
        moves=(COUNTED, *TAKEN),
        overrides=Overrides(monitors={"web": "2s"}, migration_threshold=1),
        kind="process",
        budget="crash",
    ),
    Scenario(
        "cold-start-alone",
        "6.3",
        (
            STOP_ACTIVE,
            *TAKEN,
            STOP_ACTIVE,
            Await("down"),
            Heal("peer"),
            Await("serving_from:peer", 60),
        ),
        (("one_owner", {}), *ALWAYS),
        overrides=IGNORE,
    ),
    Scenario(
        "rolling-restart",
        "7.1",
        (Inject("corosync-stop", "passive"), Await("alone:peer"), *BACK, STOP_ACTIVE, *TAKEN),
        (*LENGTH, ("interruptions", {"counts": (0, 2)}), *ONE, *ALWAYS),
        overrides=PREFERRED,
        kind="graceful",
        budget="graceful",
    ),
    Scenario(
        "five-in-a-row",
        "7.1",
        (
            *(Inject("web-kill"), Await("serving_from:target")) * 4,
            Inject("web-kill"),
            Read("target", "crm_mon -1 -f", "fail-count=5"),
            *TAKEN,
        ),
        (*LENGTH, ("failcounts", {"expected": {"@web": 5}}), STAYED, *ONE, *ALWAYS),
        overrides=Overrides(without=("location",), monitors={"web": "1s"}, migration_threshold=5),
        kind="process",
        budget="crash",
    ),
    # Last: the pacemakerd that follows only adopts its daemons, and the next orderly stop takes half a minute.
    _fault(
        "pacemaker-kill",
        *UNTOUCHED,
        moves=(Await("both_online"), Observe("loss", 0.5)),
        target="any",
        kind="none",
    ),
)

SCENARIOS: Mapping[str, Scenario] = MappingProxyType({one.name: one for one in (*WALKTHROUGH, *FAULTS)})


def get(name: str) -> Scenario:
    """The scenario of that name; ConfigError names those there are."""
    try:
        return SCENARIOS[name]
    except KeyError:
        raise ConfigError(f"there is no scenario {name!r}", hint=f"one of: {', '.join(SCENARIOS)}") from None


@cache
def texts() -> Mapping[str, Text]:
    """The texts of scenarios.yaml by scenario."""
    text = files(__package__).joinpath("scenarios.yaml").read_text(encoding="utf-8")
    return {name: Text(**fields) for name, fields in yaml.safe_load(text).items()}
