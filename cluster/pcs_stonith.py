"""The commands of pcs for fence devices; the same on every generation that the lab fences with. Source: pcs(8)."""

from __future__ import annotations

from collections.abc import Mapping

from cluster.pcs import Argv


def create(id: str, agent: str, options: Mapping[str, str], monitor: str) -> Argv:
    """Create a fence device; `monitor` is the interval at which the cluster checks it. `agent` has no class."""
    pairs = tuple(f"{name}={value}" for name, value in options.items())
    return ("pcs", "stonith", "create", id, agent, *pairs, "op", "monitor", f"interval={monitor}")


def delete(id: str) -> Argv:
    """Delete a fence device and the constraints that name it."""
    return ("pcs", "stonith", "delete", id)


def fence(node: str) -> Argv:
    """Fence a node by its devices, and wait until it is done."""
    return ("pcs", "stonith", "fence", node)
