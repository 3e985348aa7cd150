"""Which check of the class tells which trouble of the judgement (status.health)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from classroom.snapshot import Snapshot
from inventory.session import LabSession
from status.trouble import TroubleId

TOLD_BY: Mapping[TroubleId, str] = {
    **dict.fromkeys(
        (
            "machine-off", "machine-paused", "unreachable", "no-cluster", "dc-at-work", "no-dc", "no-quorum",
            "node-unclean", "node-pending", "node-offline",
        ),
        "one-cluster",
    ),
    **dict.fromkeys(("vip-on-several-nodes", "vip-nowhere", "vip-elsewhere"), "one-owner"),
    **dict.fromkeys(("web-hung", "web-stopped", "web-elsewhere"), "one-web-server"),
    **dict.fromkeys(("page-refused", "no-page", "wrong-page"), "served-page"),
}  # fmt: skip
"""Which check tells which trouble of the judgement (status.health), by its id."""
RUNS: tuple[TroubleId, ...] = ("not-configured", "not-started", "on-several-nodes", "resource-failed")
"""Troubles of a resource that the check of its own step tells."""
ELSE = "leftovers"
"""The check that tells all other troubles."""


def troubles(session: LabSession, snapshot: Snapshot, check: str) -> Iterator[str]:
    """The troubles of the judgement that a check tells: each trouble is told by exactly one check."""
    steps = {
        session.lab.resource("address").id: "floating-address",
        session.lab.resource("web").id: "web-server",
    }
    for one in snapshot.troubles:
        teller = steps.get(one.resource, ELSE) if one.id in RUNS else TOLD_BY.get(one.id, ELSE)
        if teller == check:
            yield str(one)
