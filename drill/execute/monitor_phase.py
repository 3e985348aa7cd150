"""The first fault of a scenario, when a monitor detects it, comes at a random time between two runs of the monitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from drill.faults.base import Fault
from drill.scenarios.base import MONITOR_TIME, ClusterTime
from inventory import waiting
from inventory.session import LabSession
from language.marking import marked


def wait_random_part(
    session: LabSession,
    fault: Fault,
    times: Mapping[ClusterTime, float],
    rng: Random,
    note: Callable[[str, str], None],
) -> None:
    """Wait for a random part of the time between two runs of the monitor; `times` are those of the cluster (seconds).

    The starting state starts the monitors. Without this wait the fault would always come at the same time after a run,
    and all outages would have about the same length.
    """
    interval = times.get(MONITOR_TIME[fault.monitor], 0.0)
    if not interval:  # no monitor
        return
    seconds = interval * rng.random()
    note(
        marked("wait"),
        f"{seconds:.1f} s before the fault: a random part of the time between two runs of the monitor, {interval:g} s",
    )
    waiting.let_pass(seconds, clock=session.clock)
