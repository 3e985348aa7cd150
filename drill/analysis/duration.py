"""A length of time that is known only as least and most: how everything measured and predicted is said here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drill.analysis.outages import Outage
from inventory.errors import LabError

ENDLESS = math.inf


@dataclass(frozen=True)
class Duration:
    """At least `least` and at most `most` seconds; `most` may be infinite."""

    least: float
    most: float

    @property
    def endless(self) -> bool:
        """Nothing says how long it lasts at most."""
        return self.most == ENDLESS

    @property
    def text(self) -> str:
        """The span in words, to the hundredth of a second."""
        if self.endless:
            return f"{self.least:.2f} s or more"
        low, high = f"{self.least:.2f}", f"{self.most:.2f}"
        return f"{low} s" if low == high else f"{low} to {high} s"

    @property
    def json(self) -> dict[str, float | None]:
        """As plain data: JSON knows no infinity, so a most of None is one."""
        return {"least": self.least, "most": None if self.endless else self.most}


def measured(outage: Outage) -> Duration:
    """What the samples say about an outage's length; endless when its beginning or end was not seen."""
    return Duration(outage.lower, ENDLESS if outage.upper is None else outage.upper)


def predicted(meta: Mapping[str, Any]) -> Duration | None:
    """The bounds in a timeline's meta; None when it predicts nothing. LabError when they are no span."""
    bounds = meta.get("bounds")
    if not bounds:
        return None
    if isinstance(bounds, Mapping):
        least = seconds(bounds.get("least"))
        most = ENDLESS if bounds.get("most") is None else seconds(bounds["most"])
        if least is not None and most is not None and least <= most:
            return Duration(least, most)
    raise LabError(
        f"{meta.get('scenario', 'unnamed')}: the bounds {bounds!r} are no least and most in seconds",
        hint="the timeline was changed by hand, or comes from another version of the lab",
    )


def seconds(value: Any) -> float | None:
    """A plain number of seconds, None for anything else."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
