from __future__ import annotations

import pytest

from drill.analysis.operation_order import starts, starts_and_stops, stops
from drill.record.header import OperationEntry, OrderRow

ORDER = OrderRow("IP", "Web")


def history(text: str) -> tuple[OperationEntry, ...]:
    """Operations as "node action resource second[/call][!]", separated by commas; ! failed."""
    entries: list[OperationEntry] = []
    for part in text.split(","):
        node, action, resource, when = part.split()
        at, _, call = when.rstrip("!").partition("/")
        rc = int(when.endswith("!"))
        entries.append(OperationEntry(resource, action, node, float(at), rc, int(call) if call else None))
    return starts_and_stops(entries)


def test_only_starts_and_stops_that_succeeded_are_kept_in_order() -> None:
    found = history("n2 start IP 9, n1 stop Web 5/2, n1 monitor Web 4, n1 stop IP 5/1, n1 start Web 3!")
    assert [(one.node, one.operation, one.resource) for one in found] == [
        ("n1", "stop", "IP"),
        ("n1", "stop", "Web"),
        ("n2", "start", "IP"),
    ]


def test_an_operation_has_a_summary() -> None:
    assert OperationEntry("IP", "start", "n1", 1).summary == "n1: start IP at 1 (node's clock, rc 0)"
    assert (
        OperationEntry("IP", "stop", "n1", 1, 7, 3).summary == "n1: stop IP at 1 (node's clock, call 3, rc 7)"
    )


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("n1 start IP 1, n1 start Web 2", [True]),
        ("n1 start Web 1, n1 start IP 2", [False]),
        ("n1 start IP 1/7, n1 start Web 1/8", [True]),
        ("n1 start Web 1/7, n1 start IP 1/8", [False]),
        ("n1 start IP 1, n1 start Web 1", []),
        ("n1 start IP 1/7, n1 start Web 1", []),
        ("n1 start IP 1, n2 start Web 2", []),
        ("n1 start Web 2", []),
        ("n1 start IP 1, n1 stop IP 2, n1 start Web 3", [False]),
        ("n1 start Web 1, n1 stop Web 2, n1 start IP 3", []),
        ("n1 start Web 1, n1 stop IP 2", []),
        ("n1 start IP 1, n1 start Web 2, n2 start Web 8, n2 start IP 9", [True, False]),
    ],
)
def test_starts(text: str, held: list[bool]) -> None:
    assert [step.held for step in starts(history(text), ORDER)] == held


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("n1 stop Web 1, n1 stop IP 2", [True]),
        ("n1 stop IP 1, n1 stop Web 2", [False]),
        ("n1 start Web 1, n1 stop IP 2", [False]),
        ("n1 stop IP 1, n1 start IP 2, n1 stop Web 3", []),
        ("n1 stop IP 1", []),
        ("n1 stop Web 1, n1 stop IP 1", []),
    ],
)
def test_stops(text: str, held: list[bool]) -> None:
    assert [step.held for step in stops(history(text), ORDER)] == held


def test_a_step_names_the_two_operations() -> None:
    [step] = starts(history("n1 start Web 1, n1 start IP 2"), ORDER)
    assert (step.operation.resource, step.other.resource) == ("Web", "IP")
