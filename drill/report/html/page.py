"""A run as one self-contained HTML page: no network, no lab, no clock; the same run gives the same page.

The templates, the style sheet and the script stand beside this file. selection.py folds a long run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from drill.analysis import overlap
from drill.analysis.duration import Duration
from drill.checks.verdict import PASS, STATUSES
from drill.record.timeline import OUTCOMES
from drill.report import fencing
from drill.report.clients import TITLES, medians
from drill.report.html.palette import style
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


@dataclass(frozen=True)
class ClientRow:
    """A row of the table of the other clients: a record, or the medians of a folded scenario."""

    title: str
    anchor: str
    statuses: str
    cells: tuple[tuple[str, ...], ...]
    """For each client its outage, and more about it; empty when it was not measured."""


@dataclass(frozen=True)
class FencingRow:
    """A row of the table of the fenced nodes and the lost writes: a record, or a folded scenario."""

    title: str
    anchor: str
    statuses: str
    fault: str
    fenced: tuple[str, ...]
    two_owners: str
    writes: tuple[str, ...]


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
        clients=_titles_of_clients(run),
        client_rows=tuple(_client_rows(run, rows, groups)),
        fencing_rows=tuple(_fencing_rows(run, rows, groups)),
        missing=_missing_clients(run),
        scenarios=len({one.name for one in run.results}),
        left_out=sum(not one.anchor for one in rows),
        groups=groups,
        parts=_parts(run, selection, groups),
        repeated=tuple(_repeated(run)),
        nodes=tuple(short_names(nodes).values()),
        outcomes=[one for one in OUTCOMES if one != "ok"],
        css=style() + asset("report.css"),
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


def _titles_of_clients(run: Run) -> dict[str, str]:
    """The clients beside the probe that some record knows, with their titles."""
    known = {client.client for one in run.results for client in one.clients}
    return {client: title for client, title in TITLES.items() if client in known}


def _client_rows(run: Run, rows: Sequence[TableRow], groups: dict[str, Folded]) -> Iterable[ClientRow]:
    """A row for each row of the summary that has other clients."""
    there = _titles_of_clients(run)
    single = iter([one for one in run.results if one.name not in groups])
    for row in rows:
        if row.times:
            found = medians(one.clients for one in groups[row.title].repeats.counted)
            texts: dict[str, tuple[str, ...]] = {
                client: (f"median {length.summary}",) for client, length in found.items()
            }
        else:
            seen = (one for one in next(single).clients if one.outage is not None)
            texts = {one.client: tuple(filter(None, (one.length, one.waits))) for one in seen}
        if texts:
            yield ClientRow(
                row.title, row.anchor, row.statuses, tuple(texts.get(client, ()) for client in there)
            )


def _fencing_rows(run: Run, rows: Sequence[TableRow], groups: dict[str, Folded]) -> Iterable[FencingRow]:
    """A row for each row of the summary whose records have switches of BMCs, or writes."""
    single = iter([one for one in run.results if one.name not in groups])
    for row in rows:
        records = groups[row.title].repeats.counted if row.times else (next(single),)
        if found := [one.fencing for one in records if one.fencing is not None]:
            fenced, writes = (
                fencing.repeated(found) if row.times else (found[0].fenced_texts, found[0].writes_texts)
            )
            fault = ", ".join(found[0].faults)
            yield FencingRow(row.title, row.anchor, row.statuses, fault, fenced, row.overlap, writes)


def _missing_clients(run: Run) -> tuple[str, ...]:
    """Why clients are missing, each reason once with the number of its records."""
    found = Counter(
        f"{client.title}: {client.text}" for one in run.results for client in one.clients if client.missing
    )
    return tuple(f"{text} ({count} record{'s' if count > 1 else ''})" for text, count in found.items())


def _parts(run: Run, selection: Selection, groups: dict[str, Folded]) -> Iterable[Markup]:
    left = dict(groups)
    for one in run.results:
        if group := left.pop(one.name, None):
            yield group.html
        elif one.name not in groups and one.number in selection.drawn:
            yield Markup(selection.drawn[one.number])  # noqa: S704 - a template's own HTML


def _repeated(run: Run) -> Iterable[Statistics]:
    return (statistics_of(name, found) for name, found in run.by_scenario().items() if len(found) > 1)
