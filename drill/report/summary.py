"""The part of a judged record that tables, statistics and comparisons need; small, because it has no samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from drill.analysis.duration import Duration
from drill.checks.verdict import UNKNOWN, Verdict
from drill.record.header import Header, OrderRow
from drill.record.stored_rows import Place
from drill.report.clients import ClientOutage, clients_of
from drill.report.fencing import Fencing, fencing_of
from drill.report.result import ScenarioResult, longest, outage_summary

_SETUP = (
    *("overrides", "nodes", "url", "probe_hz", "resources", "orders", "platform", "provider"),
    *("budget_s", "token_s", "consensus_s"),
)
"""The fields of a header that describe the set-up of the lab. The other fields describe one run of one scenario."""
Shared = TypeVar("Shared")


@dataclass(frozen=True)
class Setup:
    """How the lab was set up for a record: the header's fields as text, and the lines of the configuration."""

    fields: tuple[tuple[str, str], ...] = ()
    configuration: tuple[str, ...] = ()


@dataclass(frozen=True)
class Summary:
    """One judged record of a run. `number` counts the run's records from 0; `place` is where its timeline is stored.

    `outage` is for people. `longest` is the longest outage (0 when no request failed), `by_fault` the longest one that
    a fault may have caused (of all, without a fault), `total` the sum of all; None when no request was sent.
    `doubt` says why it could not be judged. `end` is the record's length (seconds), `size` its number of samples,
    readings and events. `judged` counts the verdicts of each status. `clients` are those beside the probe. `fencing` is
    None in a record without fencing and without writes. The rest is as in ScenarioResult.
    """

    name: str
    status: str
    outage: tuple[str, ...] = ()
    longest: Duration | None = None
    by_fault: Duration | None = None
    total: Duration | None = None
    predicted: Duration | None = None
    budget: float | None = None
    error: str = ""
    doubt: str = ""
    second_try: bool = False
    nodes: tuple[str, ...] = ()
    end: float = 0.0
    size: int = 0
    judged: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    setup: Setup = Setup()
    number: int = 0
    place: Place | None = field(default=None, compare=False)
    overlap: Duration | None = None
    answered_overlap: Duration | None = None
    clients: tuple[ClientOutage, ...] = ()
    fencing: Fencing | None = None


def summary_of(result: ScenarioResult, number: int = 0, place: Place | None = None) -> Summary:
    """The summary of a judged record; `number` and `place` say which record of its run it is."""
    header = result.timeline.header
    measured = result.longest
    return Summary(
        result.name,
        result.status,
        outage_summary(result),
        measured,
        None if measured is None else _by_fault(result),
        None if measured is None else result.total,
        result.predicted,
        result.budget,
        result.error,
        _doubt(result.verdicts) if result.status == UNKNOWN or result.error else "",
        header.second_try,
        _shared(result.timeline.nodes),
        result.timeline.end,
        result.timeline.size,
        Counter(one.status for one in result.verdicts),
        result.timeline.notes,
        _shared(_setup(header)),
        number,
        place,
        result.overlap,
        result.answered_overlap,
        clients_of(result.timeline),
        fencing_of(result.timeline),
    )


def _by_fault(result: ScenarioResult) -> Duration:
    injected = result.timeline.time_of_first("inject") is not None
    return longest(result.caused if injected else result.outages)


def _doubt(verdicts: tuple[Verdict, ...]) -> str:
    return next((one.why for one in verdicts if one.status == UNKNOWN), "no check judged it")


def _setup(header: Header) -> Setup:
    values = ((name, getattr(header, name)) for name in _SETUP)
    fields = tuple((name, _plain(value)) for name, value in values if value not in (None, "", ()))
    return Setup(fields, header.before or ())


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(
            f"{one.first} then {one.then}" if isinstance(one, OrderRow) else str(one) for one in value
        )
    return f"{value:g}" if isinstance(value, float) else str(value)


@lru_cache(maxsize=1024)
def _shared(value: Shared) -> Shared:
    """The same object for equal values, so that the repeats of a run have one set-up in memory."""
    return value
