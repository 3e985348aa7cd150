"""The order of starts and stops, from the cluster's own history of operations.

The cluster keeps the last start and the last stop of each resource on each node, with a resolution of one second
(`crm_mon -o`; lrm_rsc_op in the CIB). So only operations of the same node are compared, and only when an
overwritten operation could not change the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drill.record.header import OperationEntry, OrderRow


def starts_and_stops(history: Iterable[OperationEntry]) -> tuple[OperationEntry, ...]:
    """The successful starts and stops of a history, sorted by node and time."""
    kept = (one for one in history if one.operation in ("start", "stop") and one.rc == 0)
    return tuple(sorted(kept, key=lambda one: (one.node, one.at, -1 if one.call is None else one.call)))


@dataclass(frozen=True)
class JudgedOperation:
    """Two operations whose order can be judged, and whether they were in the right order (`held`)."""

    held: bool
    operation: OperationEntry
    other: OperationEntry

    @property
    def summary(self) -> str:
        """The two operations in one line, for people."""
        return f"{self.operation.summary}; {self.other.summary}"


def starts(history: tuple[OperationEntry, ...], order: OrderRow) -> tuple[JudgedOperation, ...]:
    """Each start of the second resource, judged: the first resource must have started before it."""
    return _judge(history, watched=(order.then, "start"), other=(order.first, "start"))


def stops(history: tuple[OperationEntry, ...], order: OrderRow) -> tuple[JudgedOperation, ...]:
    """Each stop of the first resource, judged: the second resource must have stopped before it."""
    return _judge(history, watched=(order.first, "stop"), other=(order.then, "stop"))


def _judge(
    history: tuple[OperationEntry, ...], watched: tuple[str, str], other: tuple[str, str]
) -> tuple[JudgedOperation, ...]:
    """Judge each `watched` operation (resource, operation): it must come after the `other` operation.

    The last earlier operation of the other resource decides: the order was held when it is the needed one, and not held
    when it is the opposite one. When no earlier operation of the other resource is known, its next operation decides:
    the order was not held when that is the needed one, unless the watched operation was undone in between.
    """
    undo = {"start": "stop", "stop": "start"}
    found: list[JudgedOperation] = []
    for index, one in enumerate(history):
        if (one.resource, one.operation) != watched:
            continue
        same = [(n, op) for n, op in enumerate(history) if op.node == one.node and op.resource == other[0]]
        if any(op.at == one.at and (op.call is None or one.call is None) for _, op in same):
            continue  # the same second, and no call numbers to compare
        before = [op for n, op in same if n < index]
        after = [(n, op) for n, op in same if n > index]
        if before:
            found.append(JudgedOperation(before[-1].operation == other[1], one, before[-1]))
        elif after and after[0][1].operation == other[1]:
            undone = any(
                op.node == one.node and op.resource == watched[0] and op.operation == undo[watched[1]]
                for op in history[index + 1 : after[0][0]]
            )
            if not undone:
                found.append(JudgedOperation(False, one, after[0][1]))
    return tuple(found)
