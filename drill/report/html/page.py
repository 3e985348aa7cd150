"""A run as one self-contained HTML page: no network, no lab, no clock; the same run gives the same page.

`report.html` (a Jinja template), `report.css` and `report.js` stand beside this file. All that comes from the
run is escaped by the template.
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

from drill.analysis.duration import Duration, measured
from drill.analysis.failover_phases import phases
from drill.analysis.outages import outages
from drill.checks.verdict import PASS, STATUSES, Verdict
from drill.record.timeline import OUTCOMES
from drill.report.html.plot import CLIENTS, Bar, Plot, plots, short
from drill.report.run import Run, ScenarioResult, told
from drill.report.statistics import Statistics, repeats

_ALL_OPEN = 3
"""Up to so many scenarios all stand open; of more only those that did not pass."""
_MOST_ROWS = 8
"""So many outages of one client are drawn against the prediction, the longest ones."""


@dataclass(frozen=True)
class Length:
    """A row of "predicted and measured": its words, and its bar (percent of the longest)."""

    label: str
    text: str
    bar: Bar


@dataclass(frozen=True)
class Step:
    """A phase as the page tells it: its number in the plot, when it was, and how long after the fault."""

    number: int
    name: str
    at: str
    after: str
    meaning: str


@dataclass(frozen=True)
class Section:
    """One scenario's part of the page; `anchor` is its address in it."""

    anchor: str
    title: str
    entry: ScenarioResult
    seen: tuple[str, ...]
    open: bool
    plots: tuple[Plot, ...]
    lengths: tuple[Length, ...]
    steps: tuple[Step, ...]
    facts: tuple[tuple[str, str], ...]
    prediction: tuple[str, ...]
    verdicts: tuple[Verdict, ...]


def report(run: Run) -> str:
    """The whole page."""
    every = dict.fromkeys(node for entry in run.entries for node in entry.timeline.nodes)
    page = _template().render(
        run=run,
        sections=tuple(_sections(run)),
        repeated=tuple(_repeated(run)),
        nodes=tuple(short(every).values()),
        outcomes=[one for one in OUTCOMES if one != "ok"],
        css=_asset("report.css"),
        js=_asset("report.js"),
    )
    return page.strip() + "\n"


def slug(text: str) -> str:
    """A name as a part of an address within the page."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "scenario"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _asset(name: str) -> Markup:
    return Markup(_text(name))  # noqa: S704 - a file of ours, not data


def _sections(run: Run) -> Iterable[Section]:
    times, seen = Counter(entry.name for entry in run.entries), dict[str, int]()
    for number, entry in enumerate(run.entries, start=1):
        nth = seen[entry.name] = seen.get(entry.name, 0) + 1
        of = times[entry.name]
        yield Section(
            anchor=f"s{number}-{slug(entry.name)}",
            title=f"{entry.name} ({nth} of {of})" if of > 1 else entry.name,
            entry=entry,
            seen=told(entry),
            open=len(run.entries) <= _ALL_OPEN or entry.status != PASS,
            plots=plots(entry),
            lengths=_lengths(entry),
            steps=tuple(_steps(entry)),
            facts=tuple(_facts(entry)),
            prediction=entry.timeline.header.prediction.lines if entry.timeline.header.prediction else (),
            verdicts=tuple(sorted(entry.verdicts, key=lambda one: -STATUSES.index(one.status))),
        )


def _repeated(run: Run) -> Iterable[Statistics]:
    return (repeats(name, found) for name, found in run.by_scenario().items() if len(found) > 1)


def _lengths(entry: ScenarioResult) -> tuple[Length, ...]:
    """Prediction, budget, and each client's outages, on one scale from 0."""
    rows: list[tuple[str, str, Duration, str]] = []
    if entry.predicted is not None:
        rows.append(("predicted", entry.predicted.text, entry.predicted, "predicted"))
    if entry.budget is not None:
        rows.append(("budget", f"at most {entry.budget:g} s", Duration(0.0, entry.budget), "budget"))
    for client, label in (("probe", "measured"), ("keepalive", "kept connection")):
        if not (samples := entry.timeline.samples_of(client)):
            continue
        found = sorted(outages(samples), key=lambda one: (-one.lower, one.first_failed))
        if not found:
            rows.append((label, "no request failed", Duration(0.0, 0.0), client))
        for one in found[:_MOST_ROWS]:
            rows.append(
                (label, f"{measured(one).text}, from {one.first_failed:.2f} s", measured(one), client)
            )
        if len(found) > _MOST_ROWS:
            rows.append((label, f"and {len(found) - _MOST_ROWS} shorter ones", Duration(0.0, 0.0), client))
    ends = [
        end for _, _, duration, _ in rows for end in (duration.least, duration.most) if end < float("inf")
    ]
    scale = 1.05 * max(ends, default=0.0) or 1.0
    return tuple(
        Length(label, text, _bar(duration, scale, style, text)) for label, text, duration, style in rows
    )


def _bar(duration: Duration, scale: float, style: str, tip: str) -> Bar:
    low, high = 100 * duration.least / scale, 100.0 if duration.endless else 100 * duration.most / scale
    return Bar(round(low, 2), round(high - low, 2), f"{style} endless" if duration.endless else style, tip)


def _steps(entry: ScenarioResult) -> Iterable[Step]:
    found = phases(entry.timeline)
    injected = found[0].at if found else None
    for number, one in enumerate(found, start=1):
        if one.at is None or injected is None:
            yield Step(number, one.name, "not seen", "", one.meaning)
        else:
            yield Step(number, one.name, f"{one.at:.2f} s", f"+{one.at - injected:.2f} s", one.meaning)


def _facts(entry: ScenarioResult) -> Iterable[tuple[str, str]]:
    """What to know about a scenario besides its verdicts."""
    header, timeline = entry.timeline.header, entry.timeline
    texts = (
        ("fault", header.fault),
        ("starting state", header.overrides),
        ("walkthrough step", header.step),
    )
    yield from ((name, text) for name, text in texts if text)
    if header.second_try:
        yield "second try", "the record before could not tell, and does not count"
    for node in dict.fromkeys(header.roles.values()):
        yield ", ".join(role for role, one in header.roles.items() if one == node), node
    if header.url:
        yield "address", header.url
    for client in CLIENTS:
        if samples := timeline.samples_of(client):
            good = sum(sample.good for sample in samples)
            yield (
                {"probe": "requests", "keepalive": "kept connection"}[client],
                f"{good} of {len(samples)} answered",
            )
    if header.probe:
        yield "probe", f"{header.probe.missed} of {header.probe.slots} slots missed"
    for note in timeline.notes:
        yield "note", note
