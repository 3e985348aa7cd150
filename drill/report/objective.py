"""Objectives such as `outage<=3s` or `p95<=budget`: limits on the figures of a scenario's statistics."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drill.checks.verdict import CheckResult, Verdict, failed, passed, unknown, verdict
from drill.report.statistics import FIGURES, Statistics
from inventory.errors import ConfigError

_FORM = re.compile(r"\s*(\w+)\s*(<=|<)\s*(?:(\d+(?:\.\d+)?)\s*(ms|s|min)|budget)\s*", re.ASCII)
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}
_NAMES = ("outage", *FIGURES)
_EXAMPLES = "such as outage<=3s, median<=500ms, p95<=budget or total<10s"


@dataclass(frozen=True)
class Objective:
    """A figure of the repeats and its limit (seconds; None: the scenario's own budget).

    `outage` means every outage, so it is the maximum.
    """

    expression: str
    figure: str
    strict: bool
    limit: float | None

    def judge(self, statistics: Statistics) -> Verdict:
        """PASS when the figure is certainly within the limit, FAIL when it certainly is not, otherwise UNKNOWN."""
        return verdict(
            "objective",
            self._result(statistics),
            {"objective": self.expression, "scenario": statistics.scenario},
        )

    def _result(self, statistics: Statistics) -> CheckResult:
        expected = f"{self.expression} over {statistics.count} of {statistics.scenario}"
        name = "maximum" if self.figure == "outage" else self.figure
        found = statistics.figures.get(name)
        limit = statistics.budget_s if self.limit is None else self.limit
        if limit is None:
            return unknown(expected, "the scenario has no budget")
        if found is None:
            return unknown(expected, "no requests were recorded", *statistics.doubts)
        seen = f"{name} {found.summary}"
        if not self._is_within(found.least, limit):
            return failed(expected, seen)
        if statistics.doubts:
            return unknown(expected, f"{seen}, but not every repeat can be trusted", *statistics.doubts)
        if self._is_within(found.most, limit):
            return passed(expected, seen)
        return unknown(
            expected,
            f"{seen}: the limit is within this interval; a faster probe (drill.probe_hz) makes it smaller",
        )

    def _is_within(self, length: float, limit: float) -> bool:
        return length < limit if self.strict else length <= limit


def parse_objective(text: str) -> Objective:
    """Parse an objective. Raises ConfigError with the allowed forms for any other text."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise ConfigError(
            f"{text!r} is not an objective",
            hint=f"FIGURE<=TIME with ms, s or min, or FIGURE<=budget; {_EXAMPLES}",
        )
    name, sign, number, unit = form.groups()
    if name not in _NAMES:
        raise ConfigError(f"{text!r}: there is no figure {name!r}", hint=f"one of: {', '.join(_NAMES)}")
    limit = float(number) * _UNITS[unit] if number else None
    if sign == "<" and limit == 0:
        raise ConfigError(f"{text!r}: no length is below 0", hint=f"{name}<=0s means no outage")
    return Objective("".join(text.split()), name, sign == "<", limit)
