"""The order of starts and stops, from the cluster's own history of operations.

The cluster keeps the last start and the last stop of each resource on each node (crm_mon -o, lrm_rsc_op in
the CIB), to the second. So only one node's operations are compared with one another, and only where nothing
that was overwritten could change the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

UP, DOWN, UNSEEN = "up", "down", "unseen"


@dataclass(frozen=True)
class Operation:
    """One start or stop as the node's cluster remembers it; `at` in seconds of that node's clock."""

    resource: str
    operation: str
    node: str
    at: float
    rc: int = 0
    call: int | None = None

    @property
    def line(self) -> str:
        """The operation in one line, for people."""
        call = "" if self.call is None else f", call {self.call}"
        return f"{self.node}: {self.operation} {self.resource} at {self.at:.0f} (node's clock{call}, rc {self.rc})"


def operations(entries: Iterable[Mapping[str, Any]]) -> tuple[Operation, ...]:
    """The starts and stops of a history that succeeded, by node and time; monitors are left out."""
    every = (Operation(**{name: entry[name] for name in _FIELDS if name in entry}) for entry in entries)
    kept = (one for one in every if one.operation in ("start", "stop") and one.rc == 0)
    return tuple(sorted(kept, key=lambda one: (one.node, one.at, -1 if one.call is None else one.call)))


@dataclass(frozen=True)
class JudgedOperation:
    """An operation whose order can be judged: whether it was held, and the two operations compared."""

    held: bool
    operation: Operation
    other: Operation


def starts(history: tuple[Operation, ...], first: str, then: str) -> tuple[JudgedOperation, ...]:
    """The starts of `then`, each with whether `first` was up before it."""
    return _judge(history, watched=(then, "start"), other=(first, "start"))


def stops(history: tuple[Operation, ...], first: str, then: str) -> tuple[JudgedOperation, ...]:
    """The stops of `first`, each with whether `then` was down before it."""
    return _judge(history, watched=(first, "stop"), other=(then, "stop"))


def _judge(
    history: tuple[Operation, ...], watched: tuple[str, str], other: tuple[str, str]
) -> tuple[JudgedOperation, ...]:
    """Each watched operation wants `other` done before it.

    It was held when the last thing the other resource did before is the wanted one; not when that is the
    opposite. When nothing of the other is remembered from before, the next thing it did tells: the wanted
    operation afterwards means that it came too late, unless the watched resource was undone in between.
    """
    undo = {"start": "stop", "stop": "start"}
    found: list[JudgedOperation] = []
    for index, one in enumerate(history):
        if (one.resource, one.operation) != watched:
            continue
        same = [(n, op) for n, op in enumerate(history) if op.node == one.node and op.resource == other[0]]
        if any(op.at == one.at and (op.call is None or one.call is None) for _, op in same):
            continue  # the same second, and nothing else to tell them apart
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


_FIELDS = ("resource", "operation", "node", "at", "rc", "call")
