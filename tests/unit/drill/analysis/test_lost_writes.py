"""The writes of a database that replicates: by node, and how far each copy is."""

from __future__ import annotations

from drill.analysis.lost_writes import NOT_NAMED, copies, node_writes
from drill.record.header import Header
from drill.record.timeline import Timeline, Write
from tests.support.example_lab import NODE1, NODE2


def timeline(**header: object) -> Timeline:
    fields = {"nodes": (NODE1, NODE2), "store": "database", "stored": {}, **header}
    writes = (Write(0, 1, 0, node=NODE1), Write(1, 2, 1, node=""), Write(2, 3, 2, "timeout"))
    return Timeline(Header(**fields), writes=writes)  # type: ignore[arg-type]


def test_how_far_each_copy_is() -> None:
    assert copies(timeline(served=(0, 1), stored={NODE1: (0,)})) == (
        "the service has 2 numbers",
        f"{NODE1}'s own server has 1 of them",
        f"{NODE2}'s own server has an unknown number of them",
    )
    assert copies(timeline()) == ()
    assert copies(timeline(store="files", served=(0, 1))) == ()


def test_a_write_that_no_node_is_named_for_counts_too() -> None:
    found = node_writes(timeline(served=(0,)))
    assert found is not None
    assert [one.summary for one in found] == [
        f"{NODE1}: 1 acknowledged, 0 lost",
        f"{NODE2}: 0 acknowledged, 0 lost",
        f"{NOT_NAMED}: 1 acknowledged, 1 lost (1)",
    ]
