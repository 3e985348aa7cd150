"""A drill run as data: the summaries of its records in order, and the way to each complete record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from drill.checks import verdict
from drill.checks.verdict import Verdict
from drill.record.timeline import Timeline
from drill.report.result import ScenarioResult
from drill.report.summary import Summary, summary_of


class Source(Protocol):
    """Where the complete records of a run are: in its folder, or in memory."""

    def timeline(self, summary: Summary) -> Timeline:
        """The timeline of a record. Raises LabError when it cannot be read."""
        ...

    def verdicts(self, summary: Summary) -> tuple[Verdict, ...]:
        """The verdicts of a record."""
        ...


@dataclass(frozen=True)
class InMemory:
    """The complete records of a short run."""

    results: Sequence[ScenarioResult] = ()

    def timeline(self, summary: Summary) -> Timeline:
        """The timeline of a record."""
        return self.results[summary.number].timeline

    def verdicts(self, summary: Summary) -> tuple[Verdict, ...]:
        """The verdicts of a record."""
        return self.results[summary.number].verdicts


@dataclass(frozen=True)
class Run:
    """All records of a run in the order in which they were made; `name` is the name of its folder.

    `note` is a remark of `recheck` about the files of the run.
    """

    name: str
    results: tuple[Summary, ...]
    note: str = field(default="", compare=False)
    source: Source = field(default=InMemory(), compare=False, repr=False)

    @classmethod
    def of(cls, name: str, results: Sequence[ScenarioResult]) -> Run:
        """A run of records that are in memory."""
        return cls(name, tuple(summary_of(one, n) for n, one in enumerate(results)), source=InMemory(results))

    def complete(self, summary: Summary) -> ScenarioResult:
        """A record of this run with all its samples and verdicts. Raises LabError when it cannot be read."""
        return ScenarioResult(self.source.timeline(summary), self.source.verdicts(summary))

    @cached_property
    def counted(self) -> tuple[Summary, ...]:
        """The records that count: all except UNKNOWN ones that a second try replaces."""
        replaced: set[str] = set()
        found: list[Summary] = []
        for result in reversed(self.results):
            if not (result.name in replaced and result.status == verdict.UNKNOWN):
                found.append(result)
            replaced.discard(result.name)
            replaced |= {result.name} if result.second_try else set()
        return tuple(reversed(found))

    @property
    def status(self) -> str:
        """The worst status of the records that count; UNKNOWN for a run without records."""
        return max(
            (result.status for result in self.counted), key=verdict.STATUSES.index, default=verdict.UNKNOWN
        )

    @property
    def counts(self) -> Mapping[str, int]:
        """How many records ended in each status, the worst status first."""
        return counts(self.counted)

    def by_scenario(self) -> Mapping[str, tuple[Summary, ...]]:
        """The records that count, by scenario."""
        found: dict[str, list[Summary]] = {}
        for result in self.counted:
            found.setdefault(result.name, []).append(result)
        return {name: tuple(results) for name, results in found.items()}


def counts(results: Sequence[Summary]) -> Mapping[str, int]:
    """How many records ended in each status, the worst status first."""
    found = Counter(result.status for result in results)
    return {status: found[status] for status in reversed(verdict.STATUSES)}
