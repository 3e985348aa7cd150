"""How many nodes a lab has, and what depends on their number. Pure."""

from __future__ import annotations

from inventory.model import Lab

LEAST_NODES, MOST_NODES = 2, 8
"""The sizes of a lab."""
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def every_node(lab: Lab) -> str:
    """All nodes, for people."""
    return "both nodes" if len(lab.nodes) == 2 else f"all {NUMBERS[len(lab.nodes)]} nodes"
