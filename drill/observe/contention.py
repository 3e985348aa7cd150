"""The contention of this machine's processors: pressure stall information of the kernel, /proc/pressure/cpu."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PRESSURE = Path("/proc/pressure/cpu")
_SOME = re.compile(r"^some avg10=(\d+\.\d+) .* total=(\d+)$", re.M)


def pressure() -> str:
    """The text of /proc/pressure/cpu; "" where there is none."""
    try:
        return PRESSURE.read_text(encoding="ascii")
    except OSError:  # a kernel without it, or another system
        return ""


@dataclass
class Contention:
    """The share of the time since `begin` in which at least one program waited for a processor.

    `clock` gives seconds; `read` gives the text of /proc/pressure/cpu, "" where there is none.
    """

    clock: Callable[[], float]
    read: Callable[[], str] = pressure
    _since: float = field(default=0.0, init=False)
    _total: int | None = field(default=None, init=False)

    def begin(self) -> None:
        """Measure from now on."""
        self._since, self._total = self.clock(), _total(self.read())

    def share(self) -> float | None:
        """The share since `begin` (0 to 1); None where the kernel does not tell it."""
        total, seconds = _total(self.read()), self.clock() - self._since
        if total is None or self._total is None or seconds <= 0:
            return None
        return round(min(1.0, (total - self._total) / 1e6 / seconds), 3)

    def lately(self) -> float | None:
        """The share in the last ten seconds (0 to 1); None where the kernel does not tell it."""
        found = _SOME.search(self.read())
        return None if found is None else min(1.0, float(found[1]) / 100)


def _total(text: str) -> int | None:
    found = _SOME.search(text)
    return None if found is None else int(found[2])
