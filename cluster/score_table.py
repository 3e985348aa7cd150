"""The summands of a resource's scores by node, added and weighted as pacemaker does.

Source: libpacemaker 2.1.5, pcmk_sched_colocation.c (add_node_scores_matching_attr).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from cluster.scores import add

Part = tuple[int, str]
"""A summand of a score, and where it comes from."""
Table = dict[str, list[Part]]
"""The summands by node, in the order in which they were added."""


def copied(parts: Table) -> Table:
    """Give a copy of the table."""
    return {node: list(summands) for node, summands in parts.items()}


def possible(parts: Table) -> bool:
    """Tell whether the resource may run on any node: one with a sum of at least zero."""
    return any(total(summands) >= 0 for summands in parts.values())


def total(parts: Iterable[Part]) -> int:
    """Add the summands in their order."""
    found = 0
    for score, _ in parts:
        found = add(found, score)
    return found


def single(value: float) -> float:
    """The value as a C float, with which pacemaker computes."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def weighed(score: int, factor: float) -> int:
    """Scale a score as pacemaker does: rounded half away from zero, and never to 0.

    A negative score with a negative factor gives 0: it is no preference for the node.
    """
    if not score or not factor or (score < 0 and factor < 0):
        return 0
    scaled = single(factor * score)
    return int(scaled + 0.5 if scaled > 0 else scaled - 0.5) or (1 if factor > 0 else -1)
