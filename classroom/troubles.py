"""Which check reports which trouble of status.health."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from classroom.snapshot import Snapshot
from inventory.session import LabSession
from status.trouble import TroubleId

CHECK_OF: Mapping[TroubleId, str] = {
    **dict.fromkeys(
        (
            "machine-off", "machine-paused", "unreachable", "no-cluster", "ring-silent", "dc-at-work", "no-dc",
            "no-quorum", "node-unclean", "node-pending", "node-offline",
        ),
        "one-cluster",
    ),
    **dict.fromkeys(("vip-on-several-nodes", "vip-nowhere", "vip-elsewhere"), "one-owner"),
    **dict.fromkeys(("witness-down", "no-vote"), "third-vote"),
    **dict.fromkeys(("web-hung", "web-stopped", "web-elsewhere"), "one-web-server"),
    **dict.fromkeys(("page-refused", "no-page", "wrong-page"), "served-page"),
}  # fmt: skip
"""The check that reports a trouble, by the trouble's id."""
RESOURCE_TROUBLES: tuple[TroubleId, ...] = (
    "not-configured",
    "not-started",
    "no-promotable-instance",
    "on-several-nodes",
    "resource-failed",
)
"""Troubles of a resource: the check of the resource's own step reports them."""
OTHER = "leftovers"
"""The check that reports all other troubles."""


def troubles(session: LabSession, snapshot: Snapshot, check: str) -> Iterator[str]:
    """The troubles of status.health that a check reports. Exactly one check reports each trouble."""
    steps = {
        session.lab.resource("address").id: "floating-address",
        **({session.lab.resource("web").id: "web-server"} if session.lab.has("web") else {}),
    }
    for one in snapshot.troubles:
        reporting = (
            steps.get(one.resource, OTHER) if one.id in RESOURCE_TROUBLES else CHECK_OF.get(one.id, OTHER)
        )
        if reporting == check:
            yield str(one)
