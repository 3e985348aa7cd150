"""All checks by id, and the judgement of a recorded timeline. Pure, so it can be repeated at any time.

A check is a function of a timeline and of its row's parameters, and returns a `drill.checks.verdict.CheckResult`: FAIL
only when the record allows no other explanation, UNKNOWN when the record does not contain enough. Then this
module applies the record's worth to the result of each check: with too few requests or readings, and for a failure
while a machine was late, the verdict is UNKNOWN.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import drill.checks
from drill.analysis.fault_windows import unproven_fault
from drill.analysis.record_worth import Worth, worth
from drill.checks.base import Check, Evidence
from drill.checks.verdict import FAIL, UNKNOWN, CheckResult, Verdict, unknown, verdict
from drill.record.header import CheckRow
from drill.record.timeline import Timeline


def _checks() -> Iterator[Check]:
    for module in pkgutil.iter_modules(drill.checks.__path__, f"{drill.checks.__name__}."):
        if module.name != __name__:
            members = vars(importlib.import_module(module.name)).values()
            yield from (one for one in members if isinstance(one, Check))


CHECKS: Mapping[str, Check] = MappingProxyType({one.id: one for one in _checks()})
"""Every check by id: all that the modules of this package define with the decorator `check`."""


CHANGED_BY_LATENESS: frozenset[Evidence] = frozenset(("requests", "readings", "operations", "power"))
"""The evidence that a late machine can change. It cannot change a configuration."""


def judge(timeline: Timeline) -> tuple[Verdict, ...]:
    """Run the checks that the record names. A record that proves nothing makes every verdict UNKNOWN."""
    value = worth(timeline)
    return tuple(_judged(timeline, row, value) for row in timeline.header.checks)


def weighed(result: CheckResult, on: Sequence[Evidence], value: Worth) -> CheckResult:
    """A check's result, or UNKNOWN when the record has too little evidence for it, or a machine was late."""
    if result.status == UNKNOWN:
        return result
    otherwise = f"otherwise {result.status}: {result.seen}"
    fragile = result.status == FAIL and bool(set(on) & CHANGED_BY_LATENESS)
    # With too few requests or readings of any kind, a FAIL does not prove a fault of the cluster.
    if reasons := [why for kind, why in value.missing.items() if why and (kind in on or fragile)]:
        return unknown(result.expected, "; ".join(reasons), otherwise, *result.evidence)
    if not fragile:
        return result
    doubts = [value.doubt(span) for span in result.spans or (value.whole,)]
    if all(doubts):
        late = "; ".join(dict.fromkeys(doubts))
        return unknown(result.expected, f"a machine was late: {late}", otherwise, *result.evidence)
    return result


def _no_proof(timeline: Timeline) -> CheckResult | None:
    """Why the whole record proves nothing; None when it may be judged."""
    if error := timeline.header.error:
        return unknown("a drill without a failure of its own", f"the drill itself failed: {error}")
    if reason := unproven_fault(timeline):
        return unknown("a fault that is proven to be in effect", reason)
    if timeline.notes:
        return unknown("a complete record", "; ".join(timeline.notes))
    if timeline.header.after is None:
        return unknown("a complete record", "it has no end: the drill was killed before the scenario ended")
    return None


def _judged(timeline: Timeline, row: CheckRow, value: Worth) -> Verdict:
    check = CHECKS.get(row.id)
    if check is None:
        known = ", ".join(CHECKS)
        return verdict(
            row.id, unknown("a check that this lab knows", f"{row.id!r}; known: {known}"), row.parameters
        )
    try:
        result = _no_proof(timeline) or weighed(check.function(timeline, **row.parameters), check.on, value)
    except Exception as error:
        result = unknown("a result of the check", f"it crashed: {type(error).__name__}: {error}")
    return verdict(row.id, result, row.parameters)
