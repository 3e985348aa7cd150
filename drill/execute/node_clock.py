"""Sets the clock of a node that stood still."""

from __future__ import annotations

import time

from inventory.model import NodeAction


def setting(node: str) -> NodeAction:
    """Set a node's clock to this host's: it stood still while the machine was frozen; date(1)."""
    return NodeAction(node, f"date -u -s @{time.time():.0f}", why="set the clock", purpose="set-clock")
