"""What a check is: an id, which records store, and a function of a timeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drill.checks.verdict import CheckResult


@dataclass(frozen=True)
class Check:
    """One check. Records store `id`, so it never changes; the function may be renamed.

    `function` takes a timeline and the parameters of the scenario's row.
    """

    id: str
    function: Callable[..., CheckResult]


def check(id_: str) -> Callable[[Callable[..., CheckResult]], Check]:
    """Make a function the check with this id; drill.checks.registry collects it from its module."""
    return lambda function: Check(id_, function)
