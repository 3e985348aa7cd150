"""Puts remedies together: one script that repairs a node, and one that tells what is still broken there."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from drill.faults.base import FaultScope, RemedyFactory


def repair_script(scope: FaultScope, remedies: Iterable[RemedyFactory]) -> str:
    """Put each thing right that is wrong; prints a line for each one, and fails when a remedy did."""
    parts = ["failed="]
    for one in (mend(scope) for mend in remedies):
        said = shlex.quote(one.said)
        parts.append(
            f"if {one.wrong}; then\n"
            f"if {{ {one.right}\n}} >/dev/null; then echo {said}; else failed=yes; echo {said}: failed >&2; fi\nfi"
        )
    return "\n".join([*parts, '[ -z "$failed" ]'])


def still_broken_script(scope: FaultScope, remedies: Iterable[RemedyFactory]) -> str:
    """Print `yes` when nothing is wrong, else what would have to be done."""
    parts = ["left="]
    for one in (mend(scope) for mend in remedies):
        parts.append(f"if {one.wrong}; then left=yes; echo not yet: {shlex.quote(one.said)}; fi")
    return "\n".join([*parts, '[ -n "$left" ] || echo yes'])


def undone_script(scope: FaultScope, remedies: Iterable[RemedyFactory]) -> str:
    """Print a line for each thing that is still to be put right; nothing when all is right."""
    wanted = (remedy(scope) for remedy in remedies)
    return "\n".join(f"if {one.wrong}; then echo {shlex.quote(one.said)}; fi" for one in wanted)
