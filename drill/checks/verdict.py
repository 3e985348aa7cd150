"""PASS, FAIL or UNKNOWN, with what was expected and seen, the concept behind the check, and a command to look with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from drill.analysis.record_worth import Span
from language import fast_yaml

PASS, FAIL, UNKNOWN = "PASS", "FAIL", "UNKNOWN"
STATUSES = (PASS, UNKNOWN, FAIL)
"""From best to worst: a known failure outweighs a missing answer."""


@dataclass(frozen=True)
class CheckResult:
    """What a check found: the status, what was expected and seen (for people), and the lines that show it.

    `spans` says when a failure was seen, one for each that fails the check alone; empty: anywhere in the record.
    """

    status: str
    expected: str
    seen: str
    evidence: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """The concept behind a check, and the command that shows it on a node (lessons.yaml)."""

    concept: str
    command: str


@dataclass(frozen=True)
class Verdict:
    """One check's answer about one timeline. `check` is the check's id, `params` are its parameters."""

    check: str
    status: str
    why: str
    evidence: tuple[str, ...] = ()
    concept: str = ""
    command: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The check with its parameters, written like a call."""
        inside = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.check}({inside})" if inside else self.check

    @property
    def description(self) -> str:
        """The whole verdict in several lines, for a failure message."""
        rows = [f"{self.status} {self.label}: {self.why}", *(f"  . {line}" for line in self.evidence)]
        if self.status != PASS:
            rows += [f"  concept: {self.concept}"] if self.concept else []
            rows += [f"  look:    {self.command}"] if self.command else []
        return "\n".join(rows)


def passed(expected: str, seen: str, *evidence: str) -> CheckResult:
    """The result PASS: what was expected was seen."""
    return CheckResult(PASS, expected, seen, evidence)


def failed(expected: str, seen: str, *evidence: str, spans: Sequence[Span] = ()) -> CheckResult:
    """The result FAIL: the cluster behaved differently."""
    return CheckResult(FAIL, expected, seen, evidence, tuple(spans))


def unknown(expected: str, missing: str, *evidence: str) -> CheckResult:
    """The result UNKNOWN: the record does not contain enough; `missing` says what it lacks."""
    return CheckResult(UNKNOWN, expected, missing, evidence)


def worst_result(results: Iterable[CheckResult]) -> CheckResult:
    """The worst of several results for one expectation, with what was seen in all results of that status."""
    all_results = tuple(results)
    status = max((one.status for one in all_results), key=STATUSES.index)
    worst_ones = [one for one in all_results if one.status == status]
    seen = "; ".join(dict.fromkeys(one.seen for one in worst_ones))
    spans = tuple(span for one in worst_ones for span in one.spans)
    if not all(one.spans for one in worst_ones):
        spans = ()
    lines = tuple(line for one in worst_ones for line in one.evidence)
    return CheckResult(status, all_results[0].expected, seen, lines, spans)


def verdict(check: str, result: CheckResult, params: Mapping[str, Any] | None = None) -> Verdict:
    """A check's result as a verdict, with the check's lesson."""
    verb = "cannot tell" if result.status == UNKNOWN else "seen"
    why = f"expected {result.expected}; {verb}: {result.seen}"
    lesson = lessons().get(check, Lesson("", ""))
    return Verdict(
        check, result.status, why, result.evidence, lesson.concept, lesson.command, dict(params or {})
    )


def worst_status(verdicts: Iterable[Verdict]) -> str:
    """The worst status; UNKNOWN without any verdict."""
    return max((one.status for one in verdicts), key=STATUSES.index, default=UNKNOWN)


@cache
def lessons() -> Mapping[str, Lesson]:
    """The lessons of lessons.yaml, by the check's id."""
    text = files(__package__).joinpath("lessons.yaml").read_text(encoding="utf-8")
    return {name: Lesson(**fields) for name, fields in fast_yaml.read(text).items()}
