"""A run as one self-contained HTML page: no network, no lab, no clock; the same run gives the same page.

The templates, the style sheet and the script stand beside this file. selection.py folds a long run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from drill.analysis import overlap
from drill.analysis.duration import Duration
from drill.checks.verdict import PASS, STATUSES
from drill.record.timeline import OUTCOMES
from drill.report.html.plot import short_names
from drill.report.html.record import anchor, record_html
from drill.report.html.repeats import Folded, folded
from drill.report.html.selection import Selection, select
from drill.report.html.templates import asset, parts
from drill.report.run import Run, counts
from drill.report.statistics import Statistics, statistics_of
from drill.report.summary import Summary

_ALL_OPEN = 3
"""With at most this many records, all of them are open; with more, only those that did not pass."""


@dataclass(frozen=True)
class TableRow:
    """A row of the summary: a record, or a folded scenario: `times` is how often it ran, `tally` counts its statuses.

    `anchor` is "" for a record that is not drawn.
    """

    title: str
    anchor: str
    status: str
    outage: tuple[str, ...]
    predicted: Duration | None
    budget: float | None
    overlap: str
    answered_overlap: str
    times: int = 0
    tally: str = ""
    statuses: str = ""


def report(run: Run) -> Iterator[str]:
    """The parts of the whole page, one after another."""
    titles = dict(_titles(run))
    few = len(run.results) <= _ALL_OPEN

    def draw(summary: Summary, *, alone: bool) -> str:
        is_open = alone and (few or summary.status != PASS)
        return record_html(run.complete(summary), summary.number, titles[summary.number], is_open=is_open)

    selection = select(run, draw)
    groups = {name: folded(one, selection) for name, one in selection.folded.items()}
    rows = tuple(_rows(run, selection, groups, titles))
    nodes = dict.fromkeys(node for result in run.results for node in result.nodes)
    yield from parts(
        "report.html",
        run=run,
        rows=rows,
        scenarios=len({one.name for one in run.results}),
        left_out=sum(not one.anchor for one in rows),
        groups=groups,
        parts=_parts(run, selection, groups),
        repeated=tuple(_repeated(run)),
        nodes=tuple(short_names(nodes).values()),
        outcomes=[one for one in OUTCOMES if one != "ok"],
        css=asset("report.css"),
        js=asset("report.js"),
    )
    yield "\n"


def _titles(run: Run) -> Iterable[tuple[int, str]]:
    """The title of each record by its number: its name, and which of its repeats it is."""
    repeats, seen = Counter(result.name for result in run.results), Counter[str]()
    for one in run.results:
        seen[one.name] += 1
        total = repeats[one.name]
        yield one.number, f"{one.name} ({seen[one.name]} of {total})" if total > 1 else one.name


def _rows(
    run: Run, selection: Selection, groups: dict[str, Folded], titles: dict[int, str]
) -> Iterable[TableRow]:
    """The rows in the order of the run; a folded scenario has its row where it ran first."""
    left = dict(groups)
    for one in run.results:
        if group := left.pop(one.name, None):
            tally = counts(group.repeats.counted)
            yield TableRow(
                one.name,
                group.anchor,
                max((each.status for each in group.repeats.counted), key=STATUSES.index, default="UNKNOWN"),
                group.outage,
                group.distribution.predicted,
                group.distribution.budget,
                overlap.text(overlap.longest(each.overlap for each in group.repeats.counted)),
                overlap.text(overlap.longest(each.answered_overlap for each in group.repeats.counted)),
                len(group.repeats.counted),
                ", ".join(f"{count} {status}" for status, count in tally.items() if count),
                group.statuses,
            )
        elif one.name not in groups:
            link = anchor(one.number, one.name) if one.number in selection.drawn else ""
            yield TableRow(
                titles[one.number],
                link,
                one.status,
                one.outage,
                one.predicted,
                one.budget,
                overlap.text(one.overlap),
                overlap.text(one.answered_overlap),
                statuses=one.status,
            )


def _parts(run: Run, selection: Selection, groups: dict[str, Folded]) -> Iterable[Markup]:
    left = dict(groups)
    for one in run.results:
        if group := left.pop(one.name, None):
            yield group.html
        elif one.name not in groups and one.number in selection.drawn:
            yield Markup(selection.drawn[one.number])  # noqa: S704 - a template's own HTML


def _repeated(run: Run) -> Iterable[Statistics]:
    return (statistics_of(name, found) for name, found in run.by_scenario().items() if len(found) > 1)
