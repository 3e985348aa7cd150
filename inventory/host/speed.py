"""How fast this machine works: the measured time of a small piece of work, and how late a process gets a processor.

The doctor proposes `patience` of lab.yaml from it. Sources: proc(5) for the steal time, which is what a hypervisor
gave to other machines.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from inventory.host import command

WORK = "for _ in $(seq 100); do env true; done; for _ in $(seq 100000); do :; done"
"""What a lab does most: it starts small programs, and runs shell scripts."""
REFERENCE_S = 0.2
"""The time of WORK on an idle machine of the usual speed (seconds; a processor core of 2020, Debian 12)."""
REPEATS = 3
USUAL_LATE_S = 0.2
"""A process may get its processor this late (seconds): all deadlines are much longer."""
WORTH_A_CHANGE = 2.0
"""From this slowness on a longer patience is proposed: on a usual machine each deadline is at least this many times
longer than the work that it limits."""
_NAP_S, _NAPS = 0.01, 30
_STAT = Path("/proc/stat")


@dataclass(frozen=True)
class Speed:
    """The time of WORK and the longest delay of a process that should run (seconds), and the share of steal time."""

    work_s: float
    late_s: float
    steal: float = 0.0

    @property
    def slowness(self) -> float:
        """How many times more time this machine needs than a usual one."""
        return max(self.work_s / REFERENCE_S, self.late_s / USUAL_LATE_S)

    @property
    def summary(self) -> str:
        """The figures for people."""
        stolen = (
            f", {self.steal:.0%} of the time went to other machines (steal)" if self.steal >= 0.01 else ""
        )
        return (
            f"work that usually takes {REFERENCE_S:g} s took {self.work_s:.2f} s here, and a process waited up to"
            f" {self.late_s:.2f} s for a processor{stolen}"
        )


def measure() -> Speed | None:
    """Measure this machine; about a second. None when the work cannot be done here."""
    before = _ticks_now()
    times = [_work() for _ in range(REPEATS)]
    late = max(_late() for _ in range(_NAPS))
    after = _ticks_now()
    if None in times:
        return None
    return Speed(median(one for one in times if one is not None), late, steal_share(before, after))


def proposed(slowness: float, most: float) -> float:
    """The patience for a machine that is this many times slower than a usual one: whole, from 1 to `most`."""
    return 1.0 if slowness < WORTH_A_CHANGE else min(float(math.ceil(slowness)), most)


def ticks(text: str) -> tuple[int, int]:
    """Parse the first line of /proc/stat: the time of all processors, and the part that was stolen (ticks)."""
    words = text.partition("\n")[0].split()
    if len(words) < 9 or words[0] != "cpu":
        return 0, 0
    numbers = [int(word) for word in words[1:9]]
    return sum(numbers), numbers[7]


def _ticks_now() -> tuple[int, int]:
    try:
        return ticks(_STAT.read_text(errors="replace"))
    except OSError:  # no Linux
        return 0, 0


def steal_share(before: tuple[int, int], after: tuple[int, int]) -> float:
    """The share of stolen time between two readings (0 to 1)."""
    whole = after[0] - before[0]
    return (after[1] - before[1]) / whole if whole > 0 else 0.0


def _work() -> float | None:
    began = time.monotonic()
    done = command.run(["sh", "-c", WORK])
    return time.monotonic() - began if done.good else None


def _late() -> float:
    due = time.monotonic() + _NAP_S
    time.sleep(_NAP_S)
    return max(0.0, time.monotonic() - due)
