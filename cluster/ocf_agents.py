"""Where the OCF agents are on a node (OCF Resource Agent API; the folder is the same on all systems)."""

from __future__ import annotations

USR = "/usr"
ROOT = f"{USR}/lib/ocf"


def path(agent: str) -> str:
    """The file of an agent.

    >>> path("ocf:heartbeat:IPaddr2")
    '/usr/lib/ocf/resource.d/heartbeat/IPaddr2'
    """
    _, provider, name = agent.split(":")
    return f"{ROOT}/resource.d/{provider}/{name}"
