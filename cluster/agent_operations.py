"""The time-outs of an agent's operations: those that it advises, and longer ones for slow machines.

Newer pcs stores the advised ones with each new resource.

Source: the <action> elements of an agent's metadata (`crm_resource --show-metadata AGENT`), read on Debian 12 from
resource-agents 4.12 and pacemaker 2.1.5, which writes those of lsb and systemd itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from inventory.platforms.base import PcsGeneration

_LSB = dict.fromkeys(("start", "stop", "monitor", "status", "restart", "force-reload"), "15")
_SYSTEMD = dict.fromkeys(("start", "stop", "monitor", "status", "reload"), "100")
_ADDRESS = dict.fromkeys(("start", "stop", "monitor", "status"), "20s")
KNOWN: Mapping[str, Mapping[str, str]] = {
    "lsb": _LSB,
    "systemd": _SYSTEMD,
    "ocf:heartbeat:IPaddr": _ADDRESS,
    "ocf:heartbeat:IPaddr2": _ADDRESS,
}
"""Time-outs by agent or by its class, then by operation. They are used when no metadata can be read."""

NEEDED = ("monitor", "start", "stop")
"""The operations that the cluster runs on a plain resource."""
DEFAULT_S = 20.0
"""pacemaker's time-out of an operation without one of its own (seconds; Pacemaker Explained, "op_defaults")."""

_ACTION = re.compile(r"<action\b[^>]*>")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*[\"']([^\"']*)[\"']")


def parse(metadata: str) -> dict[str, str]:
    """Read an agent's metadata (or only its <action> lines): operation -> time-out. Empty without any."""
    actions = [dict(_ATTRIBUTE.findall(text)) for text in _ACTION.findall(metadata)]
    return {one["name"]: one["timeout"] for one in actions if {"name", "timeout"} <= one.keys()}


def advised(generation: PcsGeneration, agent: str, metadata: str = "") -> Mapping[str, str]:
    """Give the time-outs that pcs may store with a resource, by operation: from the metadata, otherwise the known ones.

    `agent` is class:provider:type. The document's pcs 0.9.26 stores only the given ones.
    """
    if generation == "0.9.26":
        return {}
    return parse(metadata) or KNOWN.get(agent) or KNOWN.get(agent.partition(":")[0], {})


def patient(generation: PcsGeneration, agent: str, patience: float) -> Mapping[str, str]:
    """Give the time-outs for machines that are `patience` times slower than usual, by operation; none for 1.

    A time-out that is too short makes an operation fail, and a failed start bans the resource from the node. The
    document's pcs 0.9.26 gets none.
    """
    if patience <= 1 or generation == "0.9.26":
        return {}
    known = KNOWN.get(agent) or KNOWN.get(agent.partition(":")[0], {})
    return {
        name: f"{math.ceil(max(DEFAULT_S, float(known.get(name, '0').rstrip('s'))) * patience)}s"
        for name in NEEDED
    }
