"""What the cluster remembers: the order of its operations, fail counts, left-overs, and its configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from cluster import scores
from drill.analysis.operation_order import JudgedOperation, operations, starts, stops
from drill.checks.verdict import CheckResult, failed, passed, unknown
from drill.record.timeline import Timeline

NONE = "none"


def order_held(timeline: Timeline, first: str = "", then: str = "") -> CheckResult:
    """`first` starts before `then` and stops after it, by the history of each node (meta["order"] by default).

    Both have to be seen, a start and a stop.
    """
    pairs = [(first, then)] if first and then else [tuple(pair) for pair in timeline.meta.get("order") or ()]
    expected = "; ".join(f"{one} started before {two} and stopped after it" for one, two in pairs)
    if not pairs:
        return unknown("resources in their order", "the record names no order")
    if not timeline.meta.get("operations"):
        return unknown(expected, "the record has no history of operations")
    history = operations(timeline.meta["operations"])
    good: list[str] = []
    bad: list[str] = []
    unseen: list[str] = []
    for one, two in pairs:
        for what, steps in (("start", starts(history, one, two)), ("stop", stops(history, one, two))):
            if not steps:
                unseen.append(f"no {what} of {one} and {two} on one node that could be compared")
            for step in steps:
                (good if step.held else bad).append(_step(step))
    if bad:
        return failed(expected, *bad)
    return unknown(expected, *unseen, *good) if unseen else passed(expected, *good)


def _step(step: JudgedOperation) -> str:
    return f"{step.operation.line}; {step.other.line}"


def no_leftovers(timeline: Timeline) -> CheckResult:
    """No constraint of a move or a ban is left."""
    expected = "no constraint left over from a move or a ban"
    left = timeline.meta.get("leftovers")
    if not isinstance(left, list | tuple):
        return unknown(expected, "the record does not say which constraints were there afterwards")
    return failed(expected, *map(str, left)) if left else passed(expected, "none")


def failcounts(timeline: Timeline, expected: Mapping[str, Any]) -> CheckResult:
    """Each named resource has failed at least that often on all nodes together, or not at all ("none")."""
    if not expected:
        raise ValueError("expected names no resource")
    words = [f"{name} {'none' if least == NONE else f'at least {least}'}" for name, least in expected.items()]
    wanted = f"fail counts: {', '.join(words)}"
    entries = timeline.meta.get("failcounts")
    if not isinstance(entries, list | tuple):
        return unknown(wanted, "the record has no fail counts")
    counts: Counter[str] = Counter()
    for entry in entries:
        counts[str(entry["resource"])] += scores.parse(str(entry["count"]))
    known = {*counts, *(timeline.meta.get("resources") or ())}
    known |= {name for one in timeline.node_readings for name in one.placements}
    if strange := [name for name in expected if name not in known]:
        return unknown(wanted, f"the record knows no resource {', '.join(strange)}")
    seen = ", ".join(f"{name} {counts[name]}" for name in expected)
    lines = [f"{entry['resource']} failed {entry['count']} times on {entry['node']}" for entry in entries]
    held = [
        counts[name] == 0 if least == NONE else counts[name] >= int(least) for name, least in expected.items()
    ]
    return passed(wanted, seen, *lines) if all(held) else failed(wanted, seen, *lines)


def configuration_unchanged(timeline: Timeline) -> CheckResult:
    """The configuration is the same before and after the scenario, line for line in any order."""
    expected = "the same configuration after the scenario as before it"
    before, after = timeline.meta.get("before"), timeline.meta.get("after")
    if not before or not isinstance(before, list | tuple) or not isinstance(after, list | tuple):
        return unknown(expected, "the record lacks the configuration before or after")
    gone, new = Counter(before) - Counter(after), Counter(after) - Counter(before)
    changes = [*(f"gone: {line}" for line in gone.elements()), *(f"new: {line}" for line in new.elements())]
    return failed(expected, *changes) if changes else passed(expected, f"the same {len(before)} lines")
