"""For how long two nodes held the VIP at once: by the nodes' own readings, and by the answers to ARP requests.

Each figure is an interval. `least` is certain: readings show both holders at the same time. `most` is what the readings
cannot exclude: a holder may have kept the address until the first reading that shows it without the address. A node
that cannot be read may still hold the address; only a node that is switched off certainly does not, from the moment
when the switch was done until the next switch on was asked for (PowerSwitch). A frozen container cannot be read, but
its kernel still answers ARP: then the answers to ARP requests show more than the readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from drill.analysis.address_owners import LONGEST_GAP, certainly_both
from drill.analysis.duration import Duration
from drill.analysis.fault_windows import fault_windows
from drill.analysis.once import once
from drill.record.timeline import ArpReading, Timeline

Row = tuple[float, float, bool | None]
"""At some moment between the first two numbers (seconds) it was true that the holder has the address, or has not;
None: not known."""


@dataclass(frozen=True)
class Holding:
    """A period in which one holder had the VIP: possibly from `begin` to `end`, certainly from `since` to `until`."""

    begin: float
    since: float
    until: float
    end: float


@dataclass(frozen=True)
class Both:
    """Two holders had the VIP at once, for at least `length.least` and at most `length.most` seconds.

    All of it is between `since` and `until` (seconds of the record).
    """

    holders: tuple[str, str]
    since: float
    until: float
    length: Duration

    @property
    def summary(self) -> str:
        """The overlap in one line, for people."""
        a, b = self.holders
        return f"{a} and {b}: {self.length.summary} between {self.since:.2f} and {self.until:.2f} s"


def total(found: Iterable[Both] | None) -> Duration | None:
    """The length of all overlaps together; None when they are not known."""
    if found is None:
        return None
    lengths = [one.length for one in found]
    return Duration(sum(one.least for one in lengths), sum(one.most for one in lengths))


def between(found: Iterable[Both], since: float, until: float) -> tuple[Both, ...]:
    """The overlaps that can be between two moments (seconds), each with the part that can be there."""
    parts = []
    for one in found:
        begin, end = max(one.since, since), min(one.until, until)
        if begin < end:
            outside = (one.until - one.since) - (end - begin)
            length = Duration(max(0.0, one.length.least - outside), min(one.length.most, end - begin))
            parts.append(Both(one.holders, begin, end, length))
    return tuple(parts)


def longest(found: Iterable[Duration | None]) -> Duration | None:
    """The longest of the totals of several records; None when one is not known."""
    known = list(found)
    if not known or any(one is None for one in known):
        return None
    lengths = [one for one in known if one is not None]
    return Duration(max(one.least for one in lengths), max(one.most for one in lengths))


def text(found: Duration | None) -> str:
    """A length for people."""
    if found is None:
        return "unknown"
    if not found.most > 0:
        return "none"
    return found.summary if found.least > 0 else f"0 to {found.most:.2f} s"


@once
def held(timeline: Timeline) -> tuple[Both, ...] | None:
    """The overlaps by the readings of the nodes; None when the record cannot tell."""
    if not all(any(one.seen for one in timeline.readings_of(node)) for node in timeline.nodes):
        return None
    return _overlaps({node: holdings(timeline, node) for node in timeline.nodes})


@once
def answered(timeline: Timeline) -> tuple[Both, ...] | None:
    """The overlaps by the answers to ARP requests for the VIP; None when nothing was witnessed."""
    readings = sorted((one for one in timeline.arp if not one.announced), key=lambda one: one.asked)
    gap = timeline.patient(LONGEST_GAP)
    if not readings or any(after.asked - before.at > gap for before, after in pairwise(readings)):
        return None
    holders = dict.fromkeys(name for one in readings for name in one.holders)
    return _overlaps({name: _answered(timeline, readings, name) for name in holders})


def _overlaps(holdings: dict[str, Sequence[Holding]]) -> tuple[Both, ...]:
    found = []
    for first, second in combinations(holdings, 2):
        for a in holdings[first]:
            for b in holdings[second]:
                since, until = max(a.begin, b.begin), min(a.end, b.end)
                if since < until:
                    both = certainly_both(a, b)
                    certain = both[1] - both[0] if both else 0.0
                    found.append(Both((first, second), since, until, Duration(certain, until - since)))
    return tuple(sorted(found, key=lambda one: one.since))


@once
def holdings(timeline: Timeline, node: str) -> Sequence[Holding]:
    """A node's holdings, by its readings.

    Without an answer it is not known whether it holds the address, unless it is switched off.
    """
    rows: list[Row] = [
        (one.asked, one.at, one.owns_vip if one.seen else None) for one in timeline.readings_of(node)
    ]
    return _holdings(
        _with_off(rows, off_periods(timeline, node)), timeline.end, timeline.patient(LONGEST_GAP)
    )


def _answered(timeline: Timeline, readings: Sequence[ArpReading], name: str) -> Sequence[Holding]:
    rows: list[Row] = [(one.asked, one.at, name in one.holders) for one in readings]
    off = off_periods(timeline, name)
    return _holdings(_with_off(rows, off), max(one.at for one in readings), float("inf"))


def _with_off(rows: Sequence[Row], off: Sequence[tuple[float, float]]) -> Sequence[Row]:
    """The rows, and one without the address at the begin and at the end of each period without power."""
    known = [
        (asked, at, False if holds is None and _within(asked, at, off) else holds)
        for asked, at, holds in rows
    ]
    ends = [(moment, moment, False) for period in off for moment in period]
    return sorted([*known, *ends], key=lambda row: row[:2])


def _holdings(rows: Sequence[Row], last: float, gap: float) -> Sequence[Holding]:
    """Holdings from rows of (asked, at, holds), in time order; `holds` is None where it is not known.

    A time without a row, longer than `gap` seconds, is not known either.
    """
    found: list[Holding] = []
    without = 0.0
    """The holder certainly did not hold it at this moment or later, until its next holding."""
    current: list[tuple[float, float]] = []
    unknown = False
    for asked, at, holds in rows:
        if current and asked - current[-1][1] > gap:
            unknown = True
        if holds:
            if current and unknown:
                # Not known in between: it may have held the address, so the two holdings meet there.
                found.append(_holding(without, current, asked))
                without, current = asked, []
            current.append((asked, at))
            unknown = False
        elif holds is None:
            unknown = True
        else:
            if current:
                found.append(_holding(without, current, at))
                current = []
            without, unknown = asked, False
    if current:
        found.append(_holding(without, current, last))
    return found


def _holding(begin: float, rows: Sequence[tuple[float, float]], end: float) -> Holding:
    return Holding(begin, rows[0][1], max(rows[0][1], rows[-1][0]), end)


def off_periods(timeline: Timeline, node: str) -> tuple[tuple[float, float], ...]:
    """The periods in which a node certainly had no power (seconds of the record).

    An older record has no switches; there, a fault has switched the node off when a check has it in `off`.
    """
    if switches := timeline.switches_of(node):
        found = []
        for number, one in enumerate(switches):
            following = [later.asked for later in switches[number + 1 :] if later.on]
            if not one.on and one.at is not None:
                found.append((one.at, max(one.at, min(following, default=timeline.end))))
        return tuple(found)
    roles = {str(row.parameters["off"]) for row in timeline.header.checks if row.parameters.get("off")}
    if not any(node in timeline.nodes_in_role(role) for role in roles):
        return ()
    windows = (one for one in fault_windows(timeline) if one.node == node and one.landed is not None)
    return tuple((one.landed or 0.0, one.end) for one in windows)


def _within(asked: float, at: float, off: Sequence[tuple[float, float]]) -> bool:
    return any(since <= asked and at <= until for since, until in off)
