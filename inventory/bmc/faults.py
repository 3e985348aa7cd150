"""What a drill can break at a BMC: it is dead, or it is slow. Both are undone by `restore`, and by `./lab up`."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Literal

from inventory import files
from inventory.bmc import process, secret
from inventory.bmc.access import Bmc, bmcs
from inventory.errors import MachineError
from inventory.model import BmcAction, Lab, Node
from inventory.waiting import Clock

Condition = Literal["", "dead", "slow"]
SLOW = "slow"
"""The file in a BMC's folder that makes it slow: before each answer the BMC waits for so long (seconds)."""
SLOW_S = 3.0
"""The wait of a slow BMC (seconds). fence_ipmilan gives up after 20 s (power_timeout)."""


def apply(state: Path, lab: Lab, node: Node, action: BmcAction, clock: Clock) -> str:
    """Break or restore the BMC of a node; what was done, or "" when nothing was to be done. `state` is the lab's.

    Raises MachineError, TimedOut.
    """
    bmc = of(lab, node)
    folder = secret.folder(state) / node.alias
    if action == "stop":
        process.stop(folder, clock)
        return "its BMC is dead"
    if action == "slow":
        files.write_private(folder / SLOW, f"{SLOW_S:g}\n")
        return "its BMC is slow"
    was = condition(state, bmc)
    (folder / SLOW).unlink(missing_ok=True)
    if was == "dead":
        process.start(folder, bmc, clock)
    return "its BMC works again" if was else ""


def condition(state: Path, bmc: Bmc) -> Condition:
    """What is wrong with a BMC; "" for one that works. A slow one does not answer at once, so it is not asked."""
    folder = secret.folder(state) / bmc.node.alias
    if process.running(folder) is None:
        return "dead"
    return "slow" if wait_s(folder) else ""


def of(lab: Lab, node: Node) -> Bmc:
    """The BMC of a node. Raises MachineError in a lab without fencing."""
    for one in bmcs(lab):
        if one.node == node:
            return one
    raise MachineError(f"{node.name} has no BMC.", hint="Set `fencing: ipmi` in lab.yaml, then ./lab up.")


def wait_s(folder: Path) -> float:
    """For how long the BMC with this folder waits before it answers (seconds)."""
    with contextlib.suppress(OSError, ValueError):
        return float((folder / SLOW).read_text("utf-8"))
    return 0.0
