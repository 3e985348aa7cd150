"""One thing that keeps a lab from being healthy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

TroubleId = Literal[
    "drill-at-work", "drill-interrupted",
    "bmc-silent", "witness-down", "no-vote",
    "machine-off", "machine-paused", "unreachable", "no-cluster", "undone", "ring-silent", "dc-at-work",
    "no-dc", "no-quorum", "node-unclean", "node-pending", "node-offline", "node-standby", "node-maintenance",
    "maintenance-mode", "unmanaged",
    "not-configured", "not-started", "no-promotable-instance", "on-several-nodes", "resource-failed",
    "operation-failed", "fail-count", "left-constraint",
    "vip-nowhere", "vip-on-several-nodes", "vip-elsewhere", "web-stopped", "web-hung", "web-elsewhere",
    "page-refused", "no-page", "wrong-page",
]  # fmt: skip
"""The kinds of trouble. They are stored and compared: never change the meaning of a name."""
IDS: tuple[TroubleId, ...] = get_args(TroubleId)


@dataclass(frozen=True)
class Trouble:
    """One trouble. `node` is the full name of the node that has it, or of the only node that shows it; otherwise "".

    `id` is the kind of trouble; `resource` is the id of the resource that has it, or "".
    """

    id: TroubleId
    what: str
    node: str = ""
    resource: str = ""

    def __str__(self) -> str:
        return f"{self.node}: {self.what}" if self.node else self.what
