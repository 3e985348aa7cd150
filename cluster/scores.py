"""Scores: their arithmetic, their text form, and the cluster's own scores.

Sources: walkthrough step 7.1; Pacemaker Explained, "Scores". `cluster.placement` says which node wins by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cluster.xml import OutputError
from inventory.model import INFINITY

COMMAND = ("crm_simulate", "-s", "-L")
"""The command that prints the live cluster's scores."""


def add(a: int, b: int) -> int:
    """Add two scores: a sum with -INFINITY is -INFINITY; any other sum with INFINITY is INFINITY."""
    if min(a, b) <= -INFINITY:
        return -INFINITY
    if max(a, b) >= INFINITY:
        return INFINITY
    return max(-INFINITY, min(INFINITY, a + b))


def parse(text: str) -> int:
    """Read a score: a whole number, INFINITY, +INFINITY or -INFINITY; OutputError otherwise."""
    word = text.strip()
    if word.upper().lstrip("+-") in ("INFINITY", "INF"):
        return -INFINITY if word.startswith("-") else INFINITY
    try:
        return max(-INFINITY, min(INFINITY, int(word)))
    except ValueError:
        raise OutputError(f"{text!r} is no score", hint="a whole number, INFINITY or -INFINITY") from None


def text(score: int) -> str:
    """Write a score as pacemaker does: INFINITY from a million on."""
    if abs(score) >= INFINITY:
        return "INFINITY" if score > 0 else "-INFINITY"
    return str(score)


@dataclass(frozen=True)
class Score:
    """A resource's score on a node."""

    resource: str
    node: str
    score: int


_SIMULATED = re.compile(
    r"^\s*(?:\* +)?(\w+): (\S+) allocation score on (\S+): ([-+]?(?:INFINITY|\d+))\s*$", re.M
)


def parse_simulation(output: str) -> tuple[Score, ...]:
    """Read `crm_simulate -sL`: the primitives' allocation scores, in order; OutputError without any.

    1.1 calls the function native_color, 2.0 pcmk__native_allocate, later ones pcmk__primitive_assign. From 2.1.8
    on a list's mark ("  * ") stands before each line.
    """
    found: dict[tuple[str, str], Score] = {}
    for function, resource, node, score in _SIMULATED.findall(output):
        if "native" in function or "primitive" in function:
            found[resource, node] = Score(resource, node, parse(score))
    if not found:
        raise OutputError(
            f"crm_simulate printed no scores: {' '.join(output.split())[:200] or 'nothing at all'}",
            hint="a cluster without resources has none",
        )
    return tuple(found.values())
