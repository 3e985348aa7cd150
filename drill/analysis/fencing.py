"""Which nodes the cluster fenced after a fault, and how long that took."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from drill.analysis.duration import ENDLESS, Duration
from drill.analysis.fault_windows import FaultWindow, fault_windows
from drill.analysis.once import once
from drill.record.power_switch import BY_BMC, BY_CLUSTER, PowerSwitch
from drill.record.timeline import Timeline


@dataclass(frozen=True)
class Fenced:
    """A node that was fenced. `after` is the time from the fault until the node had no power.

    Its lower limit is the moment when the switch began, its upper limit the moment when the BMC reported it as done.
    A fence device of an adopted cluster reports it as done when the node has power again; without any report there is
    no upper limit.
    """

    node: str
    after: Duration


def fence_orders(timeline: Timeline, since: float, until: float = math.inf) -> tuple[PowerSwitch, ...]:
    """The cluster's orders to switch a node off, from `since` until before `until` (seconds), in the order of time.

    An order to a fence device of an adopted cluster (BY_CLUSTER) may have no exact time: it is always included.
    """
    orders = (
        one
        for one in timeline.power
        if not one.on and (one.by == BY_CLUSTER or (one.by == BY_BMC and since <= one.asked < until))
    )
    return tuple(sorted(orders, key=lambda one: one.asked))


@once
def fenced_nodes(timeline: Timeline) -> tuple[Fenced, ...]:
    """The nodes that were fenced between the last fault and the first heal, each once, in the order of time.

    A record without a fault has none.
    """
    return fenced_after(timeline, fault_windows(timeline))


def fenced_after(timeline: Timeline, windows: Sequence[FaultWindow]) -> tuple[Fenced, ...]:
    """The same for some faults of the record."""
    if not windows:
        return ()
    injected, end = windows[-1].injected, min(one.end for one in windows)
    found: dict[str, Fenced] = {}
    for one in fence_orders(timeline, injected, end):
        found.setdefault(one.node, Fenced(one.node, _after(one, injected)))
    return tuple(found.values())


def _after(switch: PowerSwitch, injected: float) -> Duration:
    return Duration(max(0.0, switch.asked - injected), ENDLESS if switch.at is None else switch.at - injected)
