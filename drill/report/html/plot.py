"""Where everything stands in a scenario's plot: rows of bars, ticks and symbols over one axis of time.

Across, all is in percent of the plot's width, so that one drawing serves every width of the page; down, in
pixels. Nothing here knows HTML: `drill/results/report.html` draws it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from drill.analysis.address_owners import doubles
from drill.analysis.failover_phases import phases
from drill.record.timeline import OUTCOMES, Sample, Timeline
from drill.report.html import plot_segments
from drill.report.html.plot_segments import PlotSegment
from drill.report.run import ScenarioResult

ROW, HEAD = 18, 26
"""Heights (pixels): of a row, and of a row that only names what follows."""
GRAIN = 2.5
"""Symbols of one row stand at least this far apart (percent); one stands for all requests in between."""
_NUMBER = 3.4
"""The width of one bold character on the narrowest page (percent of its plot of 250 pixels)."""
CLIENTS = {"probe": "each request on a new connection", "keepalive": "one connection, kept while it lasts"}


@dataclass(frozen=True)
class Bar:
    """A stretch of time: from `x`, `width` wide (percent); `tip` is shown under the pointer."""

    x: float
    width: float
    style: str
    tip: str


@dataclass(frozen=True)
class Symbol:
    """A thing at one moment: its shape, and its text where it has one."""

    x: float
    shape: str
    tip: str
    text: str = ""
    anchor: str = "middle"
    """Which part of the text stands at `x`, so that it stays within the plot: start, middle or end."""


@dataclass(frozen=True)
class Row:
    """One line of the plot; `ticks` are the places of good answers, in hundredths of a percent."""

    label: str
    style: str = ""
    tip: str = ""
    bars: tuple[Bar, ...] = ()
    ticks: tuple[int, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    head: bool = False
    y: int = 0

    @property
    def height(self) -> int:
        """In pixels."""
        return HEAD if self.head else ROW


@dataclass(frozen=True)
class Plot:
    """A drawing of the time from `start` to `end` (seconds); `faults` and `lines` cross all its rows."""

    start: float
    end: float
    rows: tuple[Row, ...]
    faults: tuple[Bar, ...]
    lines: tuple[Symbol, ...]
    axis: tuple[Symbol, ...]

    @property
    def height(self) -> int:
        """Of all rows together, in pixels; the axis comes below."""
        return sum(row.height for row in self.rows)


def plots(entry: ScenarioResult) -> tuple[Plot, ...]:
    """The whole scenario, and its failover larger where that is but a small part of it."""
    end = entry.timeline.end
    if not end > 0:
        return ()
    whole, near = plot(entry.timeline, 0.0, end), _failover(entry)
    return (whole, plot(entry.timeline, *near)) if near and near[1] - near[0] < end / 2 else (whole,)


def plot(timeline: Timeline, start: float, end: float) -> Plot:
    """Draw a stretch of a timeline; `start` is before `end` (seconds)."""
    view = _View(start, end)
    faults = view.bars(plot_segments.faults(timeline))
    seen = [(n, one, one.at) for n, one in enumerate(phases(timeline), start=1) if one.at is not None]
    moments = [(at, str(n), f"{n} {one.name}, {at:.2f} s: {one.meaning}") for n, one, at in seen]
    rows = [Row("fault", "fault", bars=faults, symbols=view.symbols(_marks(timeline)))]
    rows += [Row("phases", "phases", symbols=view.numbers(moments))] if moments else []
    for client, title in CLIENTS.items():
        if samples := timeline.samples_of(client):
            rows += [Row(title, head=True), *_requests(view, timeline, samples)]
    if timeline.node_readings:
        rows += [Row("who holds the floating address", head=True), *_owners(view, timeline)]
        rows += [Row("quorum, as each node sees it", head=True), *_quorum(view, timeline)]
    lines = view.symbols((at, "phase", tip) for at, _, tip in moments)
    return Plot(start, end, tuple(_laid(rows)), faults, lines, view.axis())


def short(names: Iterable[str]) -> dict[str, str]:
    """What to call each node where room is scarce: its alias, or the whole name where two aliases are the same."""
    every = tuple(names)
    aliases = [name.split(".", 1)[0] for name in every]
    return {n: a if aliases.count(a) == 1 else n for n, a in zip(every, aliases, strict=True)}


@dataclass(frozen=True)
class _View:
    """The stretch of time that is drawn, and how its moments become places."""

    start: float
    end: float

    def x(self, at: float) -> float:
        return round(100 * (at - self.start) / (self.end - self.start), 2)

    def sees(self, at: float) -> bool:
        return self.start <= at <= self.end

    def bars(self, every: Iterable[PlotSegment]) -> tuple[Bar, ...]:
        found = []
        for one in every:
            low, high = max(one.since, self.start), min(one.until, self.end)
            if low <= high:
                found.append(Bar(self.x(low), round(self.x(high) - self.x(low), 2), one.kind, one.tip))
        return tuple(found)

    def symbols(self, moments: Iterable[tuple[float, str, str]]) -> tuple[Symbol, ...]:
        return tuple(Symbol(self.x(at), shape, tip) for at, shape, tip in moments if self.sees(at))

    def ticks(self, moments: Iterable[float]) -> tuple[int, ...]:
        """Places in hundredths of a percent, of which a tenth holds one at most."""
        places = [self.x(at) for at in moments if self.sees(at)]
        return tuple(sorted({math.floor(10 * x): round(100 * x) for x in places}.values()))

    def numbers(self, moments: Sequence[tuple[float, str, str]]) -> tuple[Symbol, ...]:
        """Numbers along a row; those that would overlap stand together."""
        groups: list[tuple[Symbol, ...]] = []
        for at, number, tip in sorted(moments):
            if self.sees(at):
                groups.append((Symbol(self.x(at), "number", tip, number),))
            while len(groups) > 1 and _room(groups[-1])[0] < _room(groups[-2])[1] + 1:
                groups[-2:] = [groups[-2] + groups[-1]]
        return tuple(_together(group) for group in groups)

    def axis(self) -> tuple[Symbol, ...]:
        """At most seven round moments."""
        least = (self.end - self.start) / 6
        power = 10.0 ** math.floor(math.log10(least))
        step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * 0.999)
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        first, last = math.ceil(self.start / step - 1e-9), math.floor(self.end / step + 1e-9)
        found = []
        for n in range(first, last + 1):
            x = self.x(n * step)
            anchor = "start" if x < 4 else "end" if x > 96 else "middle"
            found.append(Symbol(x, "tick", "", f"{n * step:.{digits}f} s", anchor))
        return tuple(found)


def _failover(entry: ScenarioResult) -> tuple[float, float] | None:
    """From the fault to the answer after its longest outage, with some room on both sides (seconds).

    Where no fault brought one, the longest outage of all.
    """
    ended = [one for one in entry.brought or entry.outages if one.next_good is not None]
    if not ended:
        return None
    longest = max(ended, key=lambda one: one.lower)
    begun = longest.first_failed if longest.last_good is None else longest.last_good
    cause = [event.at for event in entry.timeline.events_of("inject") if event.at <= longest.first_failed]
    since, until = min([begun, *cause[-1:]]), longest.next_good or longest.last_failed
    room = max(0.3, 0.15 * (until - since))
    return max(0.0, since - room), min(entry.timeline.end, until + room)


def _together(numbers: Sequence[Symbol]) -> Symbol:
    """One text that begins at its first moment, or ends at its last one where it would leave the plot."""
    text, tip = ("·".join(one.text for one in numbers), "\n".join(one.tip for one in numbers))
    begins = numbers[0].x + _NUMBER * len(text) <= 100
    x, anchor = (numbers[0].x, "start") if begins else (numbers[-1].x, "end")
    return Symbol(x, "number", tip, text, anchor)


def _room(numbers: Sequence[Symbol]) -> tuple[float, float]:
    """From where to where some numbers reach (percent)."""
    one = _together(numbers)
    wide = _NUMBER * len(one.text)
    return (one.x, one.x + wide) if one.anchor == "start" else (one.x - wide, one.x)


def _laid(rows: Iterable[Row]) -> Iterable[Row]:
    y = 0
    for row in rows:
        yield replace(row, y=y)
        y += row.height


def _marks(timeline: Timeline) -> Iterable[tuple[float, str, str]]:
    for event in timeline.events:
        words = (f"{event.at:.2f} s:", event.kind.replace("_", " "), event.label, event.node, event.detail)
        if not event.label.startswith("phase:"):
            yield event.at, "mark", " ".join(word for word in words if word)


def _requests(view: _View, timeline: Timeline, samples: Sequence[Sample]) -> Iterable[Row]:
    """A row for each node that may answer, and one for each way to fail that happened."""
    pages = dict.fromkeys((*timeline.nodes, *(sample.page for sample in samples if sample.good)))
    names = short(pages)
    for place, node in enumerate(pages):
        sent = [sample.sent for sample in samples if sample.good and sample.page == node]
        ticks = view.ticks(sent)
        runs = view.bars(plot_segments.answers(samples, node))
        yield Row(names[node], f"n{place % 4}", f"answers of {node}", runs, ticks)
    for outcome in OUTCOMES:
        mine = [sample for sample in samples if sample.outcome == outcome and not sample.good]
        if mine:
            runs = view.bars(plot_segments.failures(samples, outcome))
            yield Row(outcome.replace("_", " "), outcome, bars=runs, symbols=tuple(_shapes(view, mine)))


def _shapes(view: _View, samples: Sequence[Sample]) -> Iterable[Symbol]:
    together: list[list[Sample]] = []
    for sample in (one for one in samples if view.sees(one.sent)):
        if together and view.x(sample.sent) - view.x(together[-1][0].sent) < GRAIN:
            together[-1].append(sample)
        else:
            together.append([sample])
    for mine in together:
        yield Symbol(view.x(mine[0].sent), mine[0].outcome, plot_segments.told(mine))


def _owners(view: _View, timeline: Timeline) -> Iterable[Row]:
    names = short(timeline.nodes)
    for place, node in enumerate(timeline.nodes):
        yield Row(names[node], f"n{place % 4}", node, view.bars(plot_segments.held(timeline, node)))
    both = [
        PlotSegment(one.since, max(one.since, one.until), "double", one.line) for one in doubles(timeline)
    ]
    if both:
        yield Row("both at once", "double", "two nodes held it at the same time", view.bars(both))


def _quorum(view: _View, timeline: Timeline) -> Iterable[Row]:
    names = short(timeline.nodes)
    for node in timeline.nodes:
        yield Row(names[node], "quorum", node, view.bars(plot_segments.quorum(timeline, node)))
