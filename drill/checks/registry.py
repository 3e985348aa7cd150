"""All checks by id, and the judgement of a recorded timeline. Pure, so it can be repeated at any time.

A check is a function of a timeline and of its row's parameters, and returns a `drill.checks.verdict.CheckResult`: FAIL
only when the record allows no other explanation, UNKNOWN when the record does not contain enough.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import drill.checks
from drill.analysis.fault_windows import unproven_fault
from drill.checks.base import Check
from drill.checks.verdict import CheckResult, Verdict, unknown, verdict
from drill.record.header import CheckRow
from drill.record.timeline import Timeline


def _checks() -> Iterator[Check]:
    for module in pkgutil.iter_modules(drill.checks.__path__, f"{drill.checks.__name__}."):
        if module.name != __name__:
            members = vars(importlib.import_module(module.name)).values()
            yield from (one for one in members if isinstance(one, Check))


CHECKS: Mapping[str, Check] = MappingProxyType({one.id: one for one in _checks()})
"""Every check by id: all that the modules of this package define with the decorator `check`."""


def judge(timeline: Timeline) -> tuple[Verdict, ...]:
    """Run the checks that the record names. A record that proves nothing makes every verdict UNKNOWN."""
    return tuple(_judged(timeline, row) for row in timeline.header.checks)


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


def _judged(timeline: Timeline, row: CheckRow) -> Verdict:
    check = CHECKS.get(row.id)
    if check is None:
        known = ", ".join(CHECKS)
        return verdict(
            row.id, unknown("a check that this lab knows", f"{row.id!r}; known: {known}"), row.parameters
        )
    try:
        result = _no_proof(timeline) or check.function(timeline, **row.parameters)
    except Exception as error:
        result = unknown("a result of the check", f"it crashed: {type(error).__name__}: {error}")
    return verdict(row.id, result, row.parameters)
