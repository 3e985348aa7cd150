"""A length of time between a lower and an upper limit: the form of all measured and predicted times."""

from __future__ import annotations

import math
from dataclasses import dataclass

from drill.analysis.outages import Outage
from drill.record.header import Prediction

ENDLESS = math.inf


@dataclass(frozen=True)
class Duration:
    """At least `least` and at most `most` seconds; `most` may be infinite."""

    least: float
    most: float

    @property
    def endless(self) -> bool:
        """No upper bound is known."""
        return self.most == ENDLESS

    @property
    def summary(self) -> str:
        """The duration for people, to the hundredth of a second."""
        if self.endless:
            return f"{self.least:.2f} s or more"
        low, high = f"{self.least:.2f}", f"{self.most:.2f}"
        return f"{low} s" if low == high else f"{low} to {high} s"

    @property
    def json(self) -> dict[str, float | None]:
        """The duration as plain data. JSON has no infinity; None replaces it."""
        return {"least": self.least, "most": None if self.endless else self.most}


def measured(outage: Outage) -> Duration:
    """The measured length of an outage; without an upper limit when its beginning or its end was not recorded."""
    return Duration(outage.lower, ENDLESS if outage.upper is None else outage.upper)


def predicted(prediction: Prediction | None) -> Duration | None:
    """The prediction of a record as a duration; None when nothing was predicted."""
    if prediction is None:
        return None
    return Duration(prediction.least, ENDLESS if prediction.most is None else prediction.most)
