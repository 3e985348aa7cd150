"""What a check is: an id, which records store, and a function of a timeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from drill.checks.verdict import CheckResult

Evidence = Literal["requests", "readings", "operations", "configuration", "probe", "power"]
"""The evidence for a verdict: the probe's requests, the readings of the nodes, the cluster's own operations and
counts, its configuration, the probe's own statistics, or the switches of the nodes' power."""


@dataclass(frozen=True)
class Check:
    """One check. Records store `id`, so it never changes; the function may be renamed.

    `function` takes a timeline and the parameters of the scenario's row. `on` is the evidence that its verdict needs:
    the registry gives UNKNOWN when the record has too little of it.
    """

    id: str
    function: Callable[..., CheckResult]
    on: tuple[Evidence, ...]


def check(id_: str, *on: Evidence) -> Callable[[Callable[..., CheckResult]], Check]:
    """Make a function the check with this id; drill.checks.registry collects it from its module.

    `on` is the evidence that its verdict needs. Raises TypeError without any: a mistake in the program.
    """
    if not on:
        raise TypeError(f"the check {id_} does not name its evidence")
    return lambda function: Check(id_, function, on)
