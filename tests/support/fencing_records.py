"""Records of a lab with fencing, and of a partition in a lab without it."""

from __future__ import annotations

from typing import Any

from drill.record.timeline import Timeline
from tests.support.timeline_notation import timeline


def record(base: str, label: str, **changes: Any) -> Timeline:
    """A record of a base, whose fault has a name."""
    one = timeline({"check": "recovered", "kind": "good", "why": "", "from": base, **changes})
    events = tuple(
        type(event)(event.at, event.kind, label if event.kind != "settled" else "", event.node)
        for event in one.events
    )
    return Timeline(one.header, one.samples, one.node_readings, events, power=one.power, writes=one.writes)


FENCED = record("fenced", "freeze")
SPLIT = record(
    "split",
    "partition",
    writes="node1 0-17, node2 17-31, node1 31-40",
    files={"node1": "0-399", "node2": "170-309"},
)
