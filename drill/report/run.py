"""A drill run as data: its scenarios one after another, each with its record and its verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from drill.analysis.duration import Duration, measured, predicted
from drill.analysis.fault_windows import fault_windows
from drill.analysis.outages import Outage, outages
from drill.checks import verdict
from drill.checks.verdict import Verdict
from drill.record.timeline import Timeline


@dataclass(frozen=True)
class ScenarioResult:
    """One scenario of a run: what was recorded, and what the checks say about it."""

    timeline: Timeline
    verdicts: tuple[Verdict, ...]

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.timeline.scenario

    @property
    def status(self) -> str:
        """PASS, FAIL or UNKNOWN: the worst of its verdicts; UNKNOWN when nothing was judged."""
        return verdict.worst(self.verdicts)

    @cached_property
    def outages(self) -> tuple[Outage, ...]:
        """What a client saw that opens a new connection for each request."""
        return outages(self.timeline.samples_of())

    @property
    def longest(self) -> Duration | None:
        """The longest outage; a span of 0 when no request failed, None when none was sent."""
        return longest(self.outages) if self.timeline.samples_of() else None

    @cached_property
    def brought(self) -> tuple[Outage, ...]:
        """The outages that began while a fault was in force: what a prediction speaks of."""
        every = fault_windows(self.timeline)
        return tuple(one for one in self.outages if any(fault_window.brought(one) for fault_window in every))

    @property
    def later(self) -> tuple[Outage, ...]:
        """Those of the way back: they began after a heal."""
        injected = self.timeline.time_of_first("inject")
        return tuple(
            one
            for one in self.outages
            if one not in self.brought and injected is not None and one.first_failed > injected
        )

    @property
    def total(self) -> Duration:
        """All outages together."""
        spans = [measured(one) for one in self.outages]
        return Duration(sum(one.least for one in spans), sum(one.most for one in spans))

    @property
    def predicted(self) -> Duration | None:
        """The outage that the live configuration lets expect."""
        return predicted(self.timeline.header.prediction)

    @property
    def budget(self) -> float | None:
        """The longest outage that a client may see (seconds)."""
        return self.timeline.header.budget_s

    @property
    def error(self) -> str:
        """Why the drill itself could not go on ("" when it could)."""
        return self.timeline.header.error


def told(entry: ScenarioResult) -> tuple[str, ...]:
    """What a client saw, in words: the outage that the fault brought; of how many; the longest one after the heal."""
    if entry.longest is None:
        return ("nothing measured",)
    if not entry.outages:
        return ("none",)
    if entry.timeline.time_of_first("inject") is None:
        return _counted(entry.outages)
    words = _counted(entry.brought) if entry.brought else ("none by the fault",)
    return (*words, f"{longest(entry.later).text} after the heal") if entry.later else words


def _counted(outages: Sequence[Outage]) -> tuple[str, ...]:
    text = longest(outages).text
    return (text, f"the longest of {len(outages)}") if len(outages) > 1 else (text,)


def longest(outages: Iterable[Outage]) -> Duration:
    """The longest of some outages; one that is still open may be the longest, and a closed one surely is so long."""
    spans = [measured(one) for one in outages]
    least, most = (
        max((one.least for one in spans), default=0.0),
        max((one.most for one in spans), default=0.0),
    )
    return Duration(least, most)


@dataclass(frozen=True)
class Run:
    """All scenarios of a run in the order they ran; `name` is its folder's."""

    name: str
    entries: tuple[ScenarioResult, ...]

    @cached_property
    def counted(self) -> tuple[ScenarioResult, ...]:
        """All but those that could not tell and were made once more."""
        again: set[str] = set()
        found: list[ScenarioResult] = []
        for entry in reversed(self.entries):
            if not (entry.name in again and entry.status == verdict.UNKNOWN):
                found.append(entry)
            again.discard(entry.name)
            again |= {entry.name} if entry.timeline.header.second_try else set()
        return tuple(reversed(found))

    @property
    def status(self) -> str:
        """The worst of those that count; UNKNOWN for a run without scenarios."""
        return max(
            (entry.status for entry in self.counted), key=verdict.STATUSES.index, default=verdict.UNKNOWN
        )

    @property
    def counts(self) -> Mapping[str, int]:
        """How many scenarios ended in each status, the worst first."""
        found = Counter(entry.status for entry in self.counted)
        return {status: found[status] for status in reversed(verdict.STATUSES)}

    def by_scenario(self) -> Mapping[str, tuple[ScenarioResult, ...]]:
        """The entries that count by scenario, for repeats."""
        names = dict.fromkeys(entry.name for entry in self.counted)
        return {name: tuple(entry for entry in self.counted if entry.name == name) for name in names}


def data(run: Run) -> dict[str, Any]:
    """What verdicts.json holds."""
    return {
        "format": FORMAT,
        "status": run.status,
        "counts": dict(run.counts),
        "scenarios": [
            {
                "scenario": entry.name,
                "status": entry.status,
                "outage": entry.longest and entry.longest.json,
                "outages": [measured(one).json for one in entry.outages],
                "bounds": entry.predicted and entry.predicted.json,
                "budget": entry.budget,
                "verdicts": [_plain(one) for one in entry.verdicts],
            }
            for entry in run.entries
        ],
    }


def verdicts_of(body: Any) -> tuple[tuple[str, tuple[Verdict, ...]], ...]:
    """The scenarios and verdicts that verdicts.json holds. Raises ValueError naming what is not as written."""
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise ValueError(f"format {FORMAT} is expected")
    found = []
    for scenario in _list(body.get("scenarios")):
        if not isinstance(scenario, dict) or not isinstance(scenario.get("scenario"), str):
            raise ValueError("a scenario without a name")
        verdicts = tuple(_verdict(one) for one in _list(scenario.get("verdicts")))
        found.append((scenario["scenario"], verdicts))
    return tuple(found)


FORMAT = 1
_TEXTS = ("check", "status", "why", "concept", "command")


def _plain(one: Verdict) -> dict[str, Any]:
    texts = {name: getattr(one, name) for name in _TEXTS}
    return {**texts, "evidence": list(one.evidence), "params": dict(one.params)}


def _verdict(body: Any) -> Verdict:
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in _TEXTS):
        raise ValueError(f"a verdict needs the texts {', '.join(_TEXTS)}")
    if body["status"] not in verdict.STATUSES:
        raise ValueError(f"no such status: {body['status']!r}")
    if not isinstance(body.get("params"), dict):
        raise ValueError("a verdict's params must be an object")
    texts = {name: body[name] for name in _TEXTS}
    evidence = tuple(str(line) for line in _list(body.get("evidence")))
    return Verdict(**texts, evidence=evidence, params=body["params"])


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"a list is expected, not {value!r}")
    return value
