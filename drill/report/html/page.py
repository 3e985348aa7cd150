"""A run as one self-contained HTML page: no network, no lab, no clock; the same run gives the same page.

`report.html` (a Jinja template), `report.css` and `report.js` stand beside this file. The template escapes all texts
that come from the run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from drill.analysis import record_worth
from drill.analysis.failover_phases import phases
from drill.checks.verdict import PASS, STATUSES, Verdict
from drill.record.timeline import OUTCOMES
from drill.report.html.drawing import Plot
from drill.report.html.length_rows import LengthRow, length_rows
from drill.report.html.plot import CLIENTS, plots, short_names
from drill.report.run import Run, ScenarioResult, outage_summary
from drill.report.statistics import Statistics, statistics_of
from inventory.printable import visible

_ALL_OPEN = 3
"""With at most this many scenarios, all sections are open; with more, only those that did not pass."""


@dataclass(frozen=True)
class PhaseRow:
    """A phase for the page: its number in the plot, when it was seen, and how long after the fault."""

    number: int
    name: str
    at: str
    after: str
    meaning: str


@dataclass(frozen=True)
class Section:
    """One scenario's part of the page; `anchor` is its link target in the page."""

    anchor: str
    title: str
    result: ScenarioResult
    outage: tuple[str, ...]
    open: bool
    plots: tuple[Plot, ...]
    lengths: tuple[LengthRow, ...]
    phases: tuple[PhaseRow, ...]
    facts: tuple[tuple[str, str], ...]
    prediction: tuple[str, ...]
    verdicts: tuple[Verdict, ...]


def report(run: Run) -> str:
    """The whole page."""
    nodes = dict.fromkeys(node for result in run.results for node in result.timeline.nodes)
    page = _template().render(
        run=run,
        sections=tuple(_sections(run)),
        repeated=tuple(_repeated(run)),
        nodes=tuple(short_names(nodes).values()),
        outcomes=[one for one in OUTCOMES if one != "ok"],
        css=_asset("report.css"),
        js=_asset("report.js"),
    )
    return page.strip() + "\n"


def slug(text: str) -> str:
    """A name as a part of a link target."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "scenario"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        finalize=_finished,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _asset(name: str) -> Markup:
    return Markup(_text(name))  # noqa: S704 - one of our own files, not data


def _sections(run: Run) -> Iterable[Section]:
    repeats, counts = Counter(result.name for result in run.results), dict[str, int]()
    for number, result in enumerate(run.results, start=1):
        nth = counts[result.name] = counts.get(result.name, 0) + 1
        total = repeats[result.name]
        yield Section(
            anchor=f"s{number}-{slug(result.name)}",
            title=f"{result.name} ({nth} of {total})" if total > 1 else result.name,
            result=result,
            outage=outage_summary(result),
            open=len(run.results) <= _ALL_OPEN or result.status != PASS,
            plots=plots(result),
            lengths=length_rows(result),
            phases=tuple(_phase_rows(result)),
            facts=tuple(_facts(result)),
            prediction=result.timeline.header.prediction.lines if result.timeline.header.prediction else (),
            verdicts=tuple(sorted(result.verdicts, key=lambda one: -STATUSES.index(one.status))),
        )


def _repeated(run: Run) -> Iterable[Statistics]:
    return (statistics_of(name, found) for name, found in run.by_scenario().items() if len(found) > 1)


def _phase_rows(result: ScenarioResult) -> Iterable[PhaseRow]:
    found = phases(result.timeline)
    injected = found[0].at if found else None
    for number, one in enumerate(found, start=1):
        if one.at is None or injected is None:
            yield PhaseRow(number, one.name, "not seen", "", one.meaning)
        else:
            yield PhaseRow(number, one.name, f"{one.at:.2f} s", f"+{one.at - injected:.2f} s", one.meaning)


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
                {"probe": "requests", "keepalive": "keep-alive connection"}[client],
                f"{good} of {len(samples)} answered",
            )
    if header.probe:
        yield "probe", f"{header.probe.missed} of {header.probe.slots} slots missed"
    if late := record_worth.summary(timeline):
        yield "machines", late
    for note in timeline.notes:
        yield "note", note


def _finished(value: object) -> object:
    """A value as the template prints it: a node's text has no control character. Finished HTML stays as it is."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
