"""What the cluster's fencer did, from the XML of `stonith_admin --history`. Pure. Source: stonith_admin(8).

The fencers of all nodes exchange their histories, so the answer of one node tells the fencing of each node.
"""

from __future__ import annotations

from typing import NamedTuple

from cluster.xml import element

COMMAND = ("stonith_admin", "--history", "*", "--verbose", "--output-as", "xml")
"""Without --verbose it prints only one event, the oldest one that succeeded."""
SWITCHES_OFF = ("off", "reboot")
DONE = "success"


class FenceEvent(NamedTuple):
    """A fence action that succeeded: the node, off or reboot, and when it ended, as the fencer's own text."""

    node: str
    action: str
    completed: str


def parse(text: str) -> tuple[FenceEvent, ...]:
    """The fence actions that switched a node off, in the order of the history. Raises LabError for another text."""
    root = element(text, "stonith_admin", ("pacemaker-result",))
    return tuple(
        FenceEvent(one.get("target", ""), one.get("action", ""), one.get("completed", ""))
        for one in root.iter("fence_event")
        if one.get("status") == DONE and one.get("action") in SWITCHES_OFF
    )
