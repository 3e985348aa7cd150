"""Objectives such as `outage<=3s` or `p95<=2s`: what the figures of a scenario's repeats must keep to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drill.checks.verdict import CheckResult, Verdict, failed, passed, unknown, verdict
from drill.report.statistics import FIGURES, Statistics
from inventory.errors import ConfigError

_FORM = re.compile(r"\s*(\w+)\s*(<=|<)\s*(\d+(?:\.\d+)?)\s*(ms|s|min)\s*", re.ASCII)
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}
_NAMES = ("outage", *FIGURES)
_EXAMPLES = "such as outage<=3s, median<=500ms, p95<=2s or total<10s"


@dataclass(frozen=True)
class Objective:
    """A figure of the repeats (`outage` is every outage: the maximum) and its limit in seconds."""

    text: str
    figure: str
    strict: bool
    limit: float

    def judge(self, repeats: Statistics) -> Verdict:
        """PASS when the figure surely keeps to the limit, FAIL when it surely does not, else UNKNOWN."""
        return verdict(
            "objective", self._finding(repeats), {"objective": self.text, "scenario": repeats.scenario}
        )

    def _finding(self, repeats: Statistics) -> CheckResult:
        expected = f"{self.text} over {repeats.count} of {repeats.scenario}"
        name = "maximum" if self.figure == "outage" else self.figure
        found = repeats.figures.get(name)
        if found is None:
            return unknown(expected, "no requests were recorded", *repeats.doubts)
        seen = f"{name} {found.text}"
        if not self._keeps(found.least):
            return failed(expected, seen)
        if repeats.doubts:
            return unknown(expected, f"{seen}, but not every repeat can be trusted", *repeats.doubts)
        if self._keeps(found.most):
            return passed(expected, seen)
        return unknown(expected, f"{seen}: the limit lies within; a faster probe (drill.probe_hz) sees finer")

    def _keeps(self, length: float) -> bool:
        return length < self.limit if self.strict else length <= self.limit


def objective(text: str) -> Objective:
    """Read an objective. ConfigError for anything else, naming what is allowed."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise ConfigError(f"{text!r} is no objective", hint=f"FIGURE<=TIME with ms, s or min, {_EXAMPLES}")
    name, sign, number, unit = form.groups()
    if name not in _NAMES:
        raise ConfigError(f"{text!r}: there is no figure {name!r}", hint=f"one of: {', '.join(_NAMES)}")
    limit = float(number) * _UNITS[unit]
    if sign == "<" and limit == 0:
        raise ConfigError(f"{text!r}: no length is below 0", hint=f"{name}<=0s means none at all")
    return Objective("".join(text.split()), name, sign == "<", limit)
