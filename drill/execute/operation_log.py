"""Collects the cluster's operations and fail counts during a scenario: a node forgets its own when it restarts."""

from __future__ import annotations

from dataclasses import dataclass, field

from cluster import cib, cib_status
from drill.execute.starting_state import StartingState
from drill.record.header import FailCount, OperationEntry
from inventory.errors import LabError


@dataclass
class OperationLog:
    """The operations since the scenario began, and the highest fail count of each resource on each node."""

    starting_state: StartingState
    _before: set[cib_status.Operation] = field(default_factory=set, init=False)
    _since: dict[cib_status.Operation, None] = field(default_factory=dict, init=False)
    _counts: dict[tuple[str, str], int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._before = set(cib_status.operations(self.starting_state.baseline))

    def take(self) -> None:
        """Read the CIB once more. Does nothing when no cluster answers."""
        try:
            text = self.starting_state.read()[1]
        except LabError:
            return
        self._since |= dict.fromkeys(one for one in cib_status.operations(text) if one not in self._before)
        for key, count in cib.parse(text).failcounts.items():
            self._counts[key] = max(count, self._counts.get(key, 0))

    @property
    def operations(self) -> tuple[OperationEntry, ...]:
        """The operations since the scenario began, in the form of the record."""
        return tuple(
            OperationEntry(one.resource, one.operation, one.node, one.last_change, one.rc, one.call_id)
            for one in self._since
        )

    @property
    def failcounts(self) -> tuple[FailCount, ...]:
        """The highest fail counts, in the form of the record."""
        return tuple(FailCount(resource, node, count) for (resource, node), count in self._counts.items())
