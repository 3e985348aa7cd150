"""One record of a run as a part of the page: its plots, lengths, phases, facts and verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drill.analysis import overlap, record_worth
from drill.analysis.duration import Duration
from drill.analysis.failover_phases import phases
from drill.analysis.lost_writes import copies, node_writes
from drill.analysis.outage_phases import outage_course
from drill.checks.verdict import STATUSES, Verdict
from drill.report.clients import TITLES, clients_of
from drill.report.html.drawing import Plot
from drill.report.html.length_rows import LengthRow, length_rows
from drill.report.html.plot import CLIENTS, plots
from drill.report.html.templates import rendered
from drill.report.result import ScenarioResult
from language.marking import marked


@dataclass(frozen=True)
class PhaseRow:
    """A phase for the page: its number in the plot, when it was seen, and how long after the fault."""

    number: int
    name: str
    at: str
    after: str
    meaning: str


@dataclass(frozen=True)
class Record:
    """One record's part of the page; `anchor` is its link target in the page."""

    anchor: str
    title: str
    result: ScenarioResult
    open: bool
    plots: tuple[Plot, ...]
    lengths: tuple[LengthRow, ...]
    phases: tuple[PhaseRow, ...]
    course: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    prediction: tuple[str, ...]
    verdicts: tuple[Verdict, ...]


def record_html(result: ScenarioResult, number: int, title: str, *, is_open: bool) -> str:
    """A record drawn as HTML; `number` counts the records of its run from 0."""
    prediction = result.timeline.header.prediction
    course = outage_course(result.timeline)
    one = Record(
        anchor=anchor(number, result.name),
        title=title,
        result=result,
        open=is_open,
        plots=plots(result),
        lengths=length_rows(result),
        phases=tuple(_phase_rows(result)),
        course=course.lines() if course else (),
        facts=tuple(_facts(result)),
        prediction=prediction.lines if prediction else (),
        verdicts=tuple(sorted(result.verdicts, key=lambda one: -STATUSES.index(one.status))),
    )
    return rendered("record.html", one=one)


def anchor(number: int, name: str) -> str:
    """The link target of a record in the page."""
    return f"s{number + 1}-{slug(name)}"


def slug(text: str) -> str:
    """A name as a part of a link target."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "scenario"


def _phase_rows(result: ScenarioResult) -> Iterable[PhaseRow]:
    found = phases(result.timeline)
    injected = found[0].at if found else None
    for number, one in enumerate(found, start=1):
        if one.at is None or injected is None:
            yield PhaseRow(number, one.name, "not seen", "", one.meaning)
        else:
            yield PhaseRow(number, one.name, f"{one.at:.2f} s", f"+{one.at - injected:.2f} s", one.meaning)


def _overlaps(length: Duration | None, found: Sequence[overlap.Both] | None) -> str:
    """The length of all overlaps, and each of them if there are few."""
    each = "; ".join(one.summary for one in (found or ())[:3])
    return f"{overlap.text(length)} ({each})" if each else overlap.text(length)


def _facts(result: ScenarioResult) -> Iterable[tuple[str, str]]:
    """Further facts about a scenario, as name and text."""
    header, timeline = result.timeline.header, result.timeline
    texts = (
        ("fault", header.fault),
        ("starting state", header.overrides),
        ("walkthrough step", header.step),
    )
    yield from ((name, text) for name, text in texts if text)
    if header.second_try:
        yield "second try", "the record before was UNKNOWN and does not count"
    for node in dict.fromkeys(header.roles.values()):
        yield ", ".join(role for role, one in header.roles.items() if one == node), node
    if header.url:
        yield "address", header.url
    for client in CLIENTS:
        if samples := timeline.samples_of(client):
            good = sum(sample.good for sample in samples)
            yield (
                {"probe": marked("requests"), **TITLES}[client],
                f"{good} of {len(samples)} answered",
            )
    for one in clients_of(timeline):
        if one.missing:
            yield one.title, one.text
        elif one.waits:
            yield "caught while connecting", one.waits
    if header.probe:
        yield "probe", f"{header.probe.missed} of {header.probe.slots} slots missed"
    yield "two owners", _overlaps(result.overlap, overlap.held(timeline))
    if header.witness:
        yield "two answers to ARP", f"unknown: nothing was witnessed: {header.witness}"
    elif timeline.arp:
        yield "two answers to ARP", _overlaps(result.answered_overlap, overlap.answered(timeline))
    if timeline.power:
        yield "power", "; ".join(one.summary for one in timeline.power)
    for each in node_writes(timeline) or ():
        yield "writes", each.summary
    for text in copies(timeline):
        yield "data after the heal", text
    if late := record_worth.summary(timeline):
        yield "machines", late
    for note in timeline.notes:
        yield "note", note
