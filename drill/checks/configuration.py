"""Checks of the cluster's history and configuration: order of operations, fail counts, leftover constraints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from cluster import scores
from drill.analysis.operation_order import starts, starts_and_stops, stops
from drill.checks.base import check
from drill.checks.verdict import CheckResult, failed, passed, unknown
from drill.record.header import OrderRow
from drill.record.timeline import Timeline

NONE = "none"


@check("order_held", "configuration")
def order_held(timeline: Timeline, first: str = "", then: str = "") -> CheckResult:
    """`first` starts before `then` and stops after it, by each node's history (default: all orders of lab.yaml).

    The history must show at least one start and one stop.
    """
    pairs = [OrderRow(first, then)] if first and then else timeline.header.orders
    expected = "; ".join(f"{one.first} started before {one.then} and stopped after it" for one in pairs)
    if not pairs:
        return unknown("resources in their order", "the record names no order")
    if not timeline.header.operations:
        return unknown(expected, "the record has no history of operations")
    history = starts_and_stops(timeline.header.operations)
    good: list[str] = []
    bad: list[str] = []
    missing: list[str] = []
    for pair in pairs:
        started, stopped = starts(history, pair), stops(history, pair)
        for action, judged in (("start", started), ("stop", stopped)):
            if not judged:
                missing.append(
                    f"no {action} of {pair.first} and {pair.then} on one node that could be compared"
                )
            for one in judged:
                (good if one.held else bad).append(one.summary)
    if bad:
        return failed(expected, *bad)
    return unknown(expected, *missing, *good) if missing else passed(expected, *good)


@check("no_leftovers", "configuration")
def no_leftovers(timeline: Timeline) -> CheckResult:
    """No constraint of a move or a ban is left."""
    expected = "no constraint left over from a move or a ban"
    left = timeline.header.leftovers
    if left is None:
        return unknown(expected, "the record does not say which constraints were there afterwards")
    return failed(expected, *left) if left else passed(expected, "none")


@check("failcounts", "operations")
def failcounts(timeline: Timeline, expected: Mapping[str, Any]) -> CheckResult:
    """Each resource failed at least this many times on all nodes together, or never ("none")."""
    if not expected:
        raise ValueError("expected names no resource")
    limits = [
        f"{name} none" if least == NONE else f"{name} at least {least}" for name, least in expected.items()
    ]
    wanted = f"fail counts: {', '.join(limits)}"
    recorded = timeline.header.failcounts
    if recorded is None:
        return unknown(wanted, "the record has no fail counts")
    counts: Counter[str] = Counter()
    for one in recorded:
        counts[one.resource] += one.count
    known = {*counts, *timeline.header.resources}
    known |= {name for one in timeline.node_readings for name in one.placements}
    if unknown_names := [name for name in expected if name not in known]:
        return unknown(wanted, f"the record knows no resource {', '.join(unknown_names)}")
    seen = ", ".join(f"{name} {counts[name]}" for name in expected)
    lines = [f"{one.resource} failed {scores.text(one.count)} times on {one.node}" for one in recorded]
    held = [
        counts[name] == 0 if least == NONE else counts[name] >= int(least) for name, least in expected.items()
    ]
    return passed(wanted, seen, *lines) if all(held) else failed(wanted, seen, *lines)


@check("configuration_unchanged", "configuration")
def configuration_unchanged(timeline: Timeline) -> CheckResult:
    """The lines of the configuration are the same before and after the scenario, in any order."""
    expected = "the same configuration after the scenario as before it"
    before, after = timeline.header.before, timeline.header.after
    if not before or after is None:
        return unknown(expected, "the record lacks the configuration before or after")
    gone, new = Counter(before) - Counter(after), Counter(after) - Counter(before)
    changes = [*(f"gone: {line}" for line in gone.elements()), *(f"new: {line}" for line in new.elements())]
    return failed(expected, *changes) if changes else passed(expected, f"the same {len(before)} lines")
