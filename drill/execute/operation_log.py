"""What the cluster remembers, taken down while it does: a node that is started anew has forgotten its operations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cluster import cib, scores
from drill.execute.starting_state import StartingState
from inventory.errors import LabError


@dataclass
class OperationLog:
    """The operations since the beginning, and the most failures that were counted of each resource."""

    starting_state: StartingState
    _old: set[cib.Operation] = field(default_factory=set)
    _new: dict[cib.Operation, None] = field(default_factory=dict)
    _counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._old = set(cib.operations(self.starting_state.baseline))

    def take(self) -> None:
        """Read it once more; where no cluster answers there is nothing to be read."""
        try:
            text = self.starting_state.read()[1]
        except LabError:
            return
        self._new |= dict.fromkeys(one for one in cib.operations(text) if one not in self._old)
        for key, count in cib.parse(text).failcounts.items():
            self._counts[key] = max(count, self._counts.get(key, 0))

    @property
    def operations(self) -> list[dict[str, Any]]:
        """As the record keeps them (see drill.record.timeline)."""
        return [
            {
                "resource": one.resource,
                "operation": one.operation,
                "node": one.node,
                "at": one.last_change,
                "rc": one.rc,
                "call": one.call_id,
            }
            for one in self._new
        ]

    @property
    def failcounts(self) -> list[dict[str, str]]:
        """As the record keeps them."""
        return [
            {"resource": resource, "node": node, "count": scores.text(count)}
            for (resource, node), count in self._counts.items()
        ]
