"""A fault that a monitor detects comes at a random time between two monitors, as in real life."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from drill.faults.base import Fault
from drill.scenarios.base import ClusterTime
from inventory import waiting
from inventory.session import LabSession

MONITOR_OF: Mapping[str, ClusterTime] = {"web": "web monitor", "address": "address monitor"}
"""The time between two monitors, by the kind of resource that a monitor asks."""


def let_pass(
    session: LabSession,
    fault: Fault,
    times: Mapping[ClusterTime, float],
    rng: Random,
    note: Callable[[str], None],
) -> None:
    """Let a random part of the time between two monitors pass; `times` are those of the cluster (seconds).

    The starting state starts the monitors. Without this wait each fault would come at the same time after one, and all
    outages would have about the same length.
    """
    interval = times.get(MONITOR_OF[fault.monitor], 0.0)
    if not interval:  # no monitor
        return
    seconds = interval * rng.random()
    note(f"{seconds:.1f} s before the fault: a random part of the time between two monitors, {interval:g} s")
    waiting.let_pass(seconds, clock=session.clock)
