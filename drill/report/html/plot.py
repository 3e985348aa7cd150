"""The plots of a scenario: its rows over one time axis. Nothing here knows HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from drill.analysis.address_owners import double_ownerships
from drill.analysis.failover_phases import phases
from drill.analysis.waits import CAUGHT_S, CONNECTING, is_late
from drill.record.timeline import OUTCOMES, EventKind, Sample, Timeline
from drill.report.html import plot_segments
from drill.report.html.drawing import Plot, Row, Symbol
from drill.report.html.time_scale import TimeScale
from drill.report.result import ScenarioResult
from language.marking import marked

SYMBOL_DISTANCE = 2.5
"""The least distance between two symbols of a row (percent); one symbol stands for all requests in between."""
CLIENTS = {
    "probe": "each request on a new connection",
    "keepalive": "one keep-alive connection, used as long as it lasts",
    "connecting": "clients that connect, and wait up to 30 s",
    "routed": "behind a router, each on a new connection",
}

EVENTS: dict[EventKind, str] = {
    "inject": "fault injected",
    "landed": "fault in effect",
    "not_landed": "fault not in effect",
    "heal": "healing begins",
    "healed": "fault healed",
    "settled": "the lab is healthy again",
    "note": "the drill notes",
}


def plots(result: ScenarioResult) -> tuple[Plot, ...]:
    """The whole scenario, and its failover enlarged when that is less than half of it; empty without a record."""
    end = result.timeline.end
    if not end > 0:
        return ()
    whole, failover = plot(result.timeline, 0.0, end), _failover_period(result)
    if failover is None or failover[1] - failover[0] >= end / 2:
        return (whole,)
    return (whole, plot(result.timeline, *failover))


def plot(timeline: Timeline, start: float, end: float) -> Plot:
    """A drawing of a timeline from `start` to `end` (seconds); `start` is before `end`."""
    scale = TimeScale(start, end)
    faults = scale.bars(plot_segments.fault_segments(timeline))
    seen = [(n, one, one.at) for n, one in enumerate(phases(timeline), start=1) if one.at is not None]
    moments = [(at, str(n), f"{n} {one.name}, {at:.2f} s: {one.meaning}") for n, one, at in seen]
    rows = [Row("fault", "fault", bars=faults, symbols=scale.symbols(_events(timeline)))]
    rows += [Row(marked("phases"), "phases", symbols=scale.numbers(moments))] if moments else []
    for client, heading in CLIENTS.items():
        if samples := timeline.samples_of(client):
            rows += [Row(heading, head=True), *_requests(scale, timeline, samples)]
    if timeline.node_readings:
        rows += [Row("which node holds the floating address", head=True), *_owners(scale, timeline)]
    if timeline.arp:
        rows += [Row("which machine answers ARP for the address", head=True), *_answers(scale, timeline)]
    if timeline.node_readings:
        rows += [Row("quorum, as each node sees it", head=True), *_quorum(scale, timeline)]
    lines = scale.symbols((at, "phase", tip) for at, _, tip in moments)
    return Plot(start, end, tuple(_stacked(rows)), faults, lines, scale.axis())


def short_names(names: Iterable[str]) -> dict[str, str]:
    """The nodes' aliases, for labels; the whole name when two aliases are the same."""
    full = tuple(names)
    aliases = [name.split(".", 1)[0] for name in full]
    return {n: a if aliases.count(a) == 1 else n for n, a in zip(full, aliases, strict=True)}


def _failover_period(result: ScenarioResult) -> tuple[float, float] | None:
    """The period from the fault to the answer after its longest outage, with a margin on both sides (seconds).

    When no fault caused an outage, the longest outage of all; None without an outage that ended.
    """
    ended = [one for one in result.caused or result.outages if one.next_good is not None]
    if not ended:
        return None
    longest = max(ended, key=lambda one: one.lower)
    begun = longest.first_failed if longest.last_good is None else longest.last_good
    cause = [event.at for event in result.timeline.events_of("inject") if event.at <= longest.first_failed]
    since, until = min([begun, *cause[-1:]]), longest.next_good or longest.last_failed
    margin = max(0.3, 0.15 * (until - since))
    return max(0.0, since - margin), min(result.timeline.end, until + margin)


def _stacked(rows: Iterable[Row]) -> Iterable[Row]:
    y = 0
    for row in rows:
        yield replace(row, y=y)
        y += row.height


def _events(timeline: Timeline) -> Iterable[tuple[float, str, str]]:
    for event in timeline.events:
        named = " ".join(part for part in (event.label, event.node) if part)
        said = "; ".join(part for part in (named, event.detail) if part)
        parts = (f"{event.at:.2f} s", EVENTS[event.kind], said)
        if not event.label.startswith("phase:"):
            yield event.at, "event", ": ".join(part for part in parts if part)


def _requests(scale: TimeScale, timeline: Timeline, samples: Sequence[Sample]) -> Iterable[Row]:
    """A row for each node that may answer, and one for each kind of failure in the record."""
    late = [one for one in samples if one.client == CONNECTING and is_late(one, timeline.patient(CAUGHT_S))]
    samples = [one for one in samples if one not in late] if late else samples
    pages = dict.fromkeys((*timeline.nodes, *(sample.page for sample in samples if sample.good)))
    names = short_names(pages)
    for place, node in enumerate(pages):
        sent = [sample.sent for sample in samples if sample.good and sample.page == node]
        runs = scale.bars(plot_segments.answer_segments(samples, node))
        yield Row(names[node], f"n{place % 4}", f"answers of {node}", runs, scale.ticks(sent))
    for outcome in OUTCOMES:
        failed = [sample for sample in samples if sample.outcome == outcome and not sample.good]
        if failed:
            runs = scale.bars(plot_segments.failure_segments(samples, outcome))
            yield Row(outcome.replace("_", " "), outcome, bars=runs, symbols=tuple(_failures(scale, failed)))
    if late:
        bars = scale.bars(plot_segments.wait_segments(late))
        yield Row("waited", "timeout", "answered late", bars, scale.ticks([one.done for one in late]))


def _failures(scale: TimeScale, samples: Sequence[Sample]) -> Iterable[Symbol]:
    """Symbols of failed requests; one stands for all requests within SYMBOL_DISTANCE."""
    groups: list[list[Sample]] = []
    for sample in (one for one in samples if scale.contains(one.sent)):
        if groups and scale.x(sample.sent) - scale.x(groups[-1][0].sent) < SYMBOL_DISTANCE:
            groups[-1].append(sample)
        else:
            groups.append([sample])
    for group in groups:
        yield Symbol(scale.x(group[0].sent), group[0].outcome, plot_segments.failure_summary(group))


def _owners(scale: TimeScale, timeline: Timeline) -> Iterable[Row]:
    names = short_names(timeline.nodes)
    for place, node in enumerate(timeline.nodes):
        bars = scale.bars(plot_segments.ownership_segments(timeline, node))
        yield Row(names[node], f"n{place % 4}", node, bars)
    if doubles := double_ownerships(timeline):
        bars = scale.bars(plot_segments.double_segments(doubles))
        yield Row("both at once", "double", "two nodes held it at the same time", bars)


def _answers(scale: TimeScale, timeline: Timeline) -> Iterable[Row]:
    holders = dict.fromkeys((*timeline.nodes, *(name for one in timeline.arp for name in one.holders)))
    names = short_names(holders)
    for place, holder in enumerate(holders):
        announced = [
            (one.at, "announced", f"{one.at:.2f} s: {holder} announces the address (gratuitous ARP)")
            for one in timeline.arp
            if one.announced and holder in one.holders
        ]
        bars = scale.bars(plot_segments.answer_periods(timeline, holder))
        yield Row(names[holder], f"n{place % 4}", holder, bars, symbols=scale.symbols(announced))


def _quorum(scale: TimeScale, timeline: Timeline) -> Iterable[Row]:
    names = short_names(timeline.nodes)
    for node in timeline.nodes:
        yield Row(names[node], "quorum", node, scale.bars(plot_segments.quorum_segments(timeline, node)))
