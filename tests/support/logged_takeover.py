"""The moments of a takeover by node2, as the journals of the nodes have them."""

from __future__ import annotations

from drill.record.header import LoggedMoment
from tests.support.example_lab import NODE2

LOGGED = tuple(
    LoggedMoment(NODE2, at, 0.01, kind, resource)
    for at, kind, resource in (
        (12.9, "token lost", ""),
        (16.52, "membership", ""),
        (16.62, "start", "WebIP"),
        (16.8, "start", "WebServer"),
    )
)
