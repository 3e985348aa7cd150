"""Compares two runs: each scenario's outages in both, and the differences in the set-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from drill.analysis import overlap
from drill.analysis.duration import Duration
from drill.checks.verdict import STATUSES, UNKNOWN
from drill.report.clients import TITLES, medians
from drill.report.run import Run
from drill.report.statistics import Statistics, statistics_of
from drill.report.summary import Summary

_TIMEOUT = " timeout of "
"""A part of a line of the configuration that has an operation's time-out."""


@dataclass(frozen=True)
class Side:
    """One scenario in one run: the statistics of its repeats, the widest prediction, and the worst status.

    The statistics are those of the repeats that could be judged; `repeats` counts all.
    """

    statistics: Statistics
    predicted: Duration | None
    status: str
    repeats: int
    overlap: str = "unknown"
    """The longest time in which two nodes held the address at once, of the repeats that could be judged."""
    clients: Mapping[str, Duration] = field(default_factory=dict)
    """The median outage of each client beside the probe, of these repeats; without those that were never recorded."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of its row in the table, in the order of COLUMNS."""
        figures = self.statistics.figures
        judged = self.statistics.count
        lengths = [
            figures[name].summary if figures else "unknown" for name in ("minimum", "median", "maximum")
        ]
        return (
            str(self.repeats) if judged == self.repeats else f"{judged} of {self.repeats}",
            *lengths,
            self.predicted.summary if self.predicted else "-",
            self.overlap,
            self.status,
        )


COLUMNS = ("repeats", "least", "median", "most", "predicted", "two owners", "verdict")


@dataclass(frozen=True)
class ScenarioPair:
    """One scenario in both runs; None where it did not run."""

    scenario: str
    a: Side | None
    b: Side | None


@dataclass(frozen=True)
class Difference:
    """One setting that differs; "" in the run that does not have it."""

    what: str
    a: str
    b: str


@dataclass(frozen=True)
class Comparison:
    """Two runs by scenario, in the order of the first run, and the differences in their set-up."""

    a: str
    b: str
    differences: tuple[Difference, ...]
    pairs: tuple[ScenarioPair, ...]

    def lines(self) -> tuple[str, ...]:
        """The comparison as plain text for a terminal."""
        heading = [f"A: {self.a}", f"B: {self.b}", "", "configured differently:"]
        heading += [f"  {one.what}: A {one.a or '-'}, B {one.b or '-'}" for one in self.differences]
        heading += [] if self.differences else ["  nothing"]
        rows: list[tuple[str, ...]] = [("scenario", "", *COLUMNS)]
        for pair in self.pairs:
            for name, side in (("A", pair.a), ("B", pair.b)):
                cells = side.cells if side else ("did not run", *[""] * (len(COLUMNS) - 1))
                rows.append((pair.scenario if name == "A" else "", name, *cells))
        return (*heading, "", *_table(rows), *self._clients())

    def _clients(self) -> tuple[str, ...]:
        """The table of the clients beside the probe; nothing when neither run has any."""
        sides = [
            (pair.scenario, name, one) for pair in self.pairs for name, one in (("A", pair.a), ("B", pair.b))
        ]
        there = [client for client in TITLES if any(one and client in one.clients for _, _, one in sides)]
        if not there:
            return ()
        rows: list[tuple[str, ...]] = [("scenario", "", *(TITLES[client] for client in there))]
        for scenario, name, one in sides:
            found = [one.clients.get(client) if one else None for client in there]
            cells = [length.summary if length else "-" for length in found]
            rows.append((scenario if name == "A" else "", name, *cells))
        return ("", "the other clients, the median of their outages:", "", *_table(rows))


def compare(a: Run, b: Run) -> Comparison:
    """Compare two runs."""
    in_a, in_b = a.by_scenario(), b.by_scenario()
    names = dict.fromkeys((*in_a, *in_b))
    pairs = (ScenarioPair(name, _side(name, in_a.get(name)), _side(name, in_b.get(name))) for name in names)
    return Comparison(a.name, b.name, tuple(_differences(a, b)), tuple(pairs))


def _side(name: str, results: Sequence[Summary] | None) -> Side | None:
    if not results:
        return None
    predictions = [duration for duration in (result.predicted for result in results) if duration]
    widest = (
        Duration(min(one.least for one in predictions), max(one.most for one in predictions))
        if predictions
        else None
    )
    judged = [one for one in results if one.status != UNKNOWN]
    status = max((one.status for one in results), key=STATUSES.index)
    return Side(
        statistics_of(name, judged),
        widest,
        status,
        len(results),
        overlap.text(overlap.longest(one.overlap for one in judged)),
        medians(one.clients for one in judged),
    )


def _differences(a: Run, b: Run) -> Iterable[Difference]:
    """The differences in the set-up, field by field; then those in the configuration, line by line.

    A scenario may change the set-up, so only scenarios of both runs are compared; all scenarios when there is none.
    """
    common = [name for name in a.by_scenario() if name in b.by_scenario()]
    results_a, results_b = (
        [one for one in run.counted if not common or one.name in common] for run in (a, b)
    )
    setup_a, setup_b = _setup(results_a), _setup(results_b)
    for key in dict.fromkeys((*setup_a, *setup_b)):
        if setup_a.get(key) != setup_b.get(key):
            yield Difference(key, setup_a.get(key, ""), setup_b.get(key, ""))
    lines_a, lines_b = _configuration(results_a), _configuration(results_b)
    # Records of version 0.1.0 do not have the time-outs of operations.
    both_have_timeouts = all(any(_TIMEOUT in line for line in lines) for lines in (lines_a, lines_b))
    for line in dict.fromkeys((*lines_a, *lines_b)):
        if lines_a.get(line) != lines_b.get(line) and (both_have_timeouts or _TIMEOUT not in line):
            yield Difference("configuration", lines_a.get(line, ""), lines_b.get(line, ""))


def _setup(results: Iterable[Summary]) -> Mapping[str, str]:
    """The values of each field, as text, without fields that were never recorded."""
    found: dict[str, dict[str, None]] = {}
    for result in results:
        for name, value in result.setup.fields:
            found.setdefault(name, {})[value] = None
    return {key: " or ".join(sorted(values)) for key, values in found.items()}


def _configuration(results: Sequence[Summary]) -> Mapping[str, str]:
    """Each line of the configuration. A line that not all scenarios have is followed by the names of its scenarios."""
    names = dict.fromkeys(result.name for result in results)
    found: dict[str, dict[str, None]] = {}
    for result in results:
        for line in result.setup.configuration:
            found.setdefault(line, {})[result.name] = None
    return {
        line: line if len(scenarios) == len(names) else f"{line} ({', '.join(sorted(scenarios))})"
        for line, scenarios in found.items()
    }


def _table(rows: Sequence[tuple[str, ...]]) -> Iterable[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
