"""Both ways to share an address in one table: corosync and pacemaker at each token, and keepalived. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.figures import in_words, ranked
from benchmarks.markdown import markdown_table
from benchmarks.measurements import Interval, Measurement, counted

GRACEFUL = ("stop", "quorum-ignore", "stickiness-100", "standby")
"""The measurements in which the active node leaves by itself: keepalived's, and the scenarios of the drill."""
ONE_NODE = "on one node"
_HEAD = (
    *(
        "way",
        "graceful stop: median",
        "longest",
        "freeze: median",
        "longest",
        "false failovers: pauses",
        "load",
    ),
    *("two owners: freeze", "partition"),
)


def table(rows: Sequence[Measurement]) -> str:
    """The table of Markdown: outages, false failovers, and for how long two nodes held the address (median)."""
    good = counted_of_each(rows)
    rows_of = (_cells(way, [one for one in good if way_of(one) == way]) for way in _ways(good))
    return markdown_table(_HEAD, rows_of)


def counted_of_each(rows: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """The measurements that count. Those of another way have the same keys, and do not replace each other."""
    ways = dict.fromkeys(way_of(one) for one in rows)
    return tuple(one for way in ways for one in counted([row for row in rows if way_of(row) == way]))


def way_of(row: Measurement) -> str:
    """The name of the way of a measurement: its setting, and where the web server runs when it is a clone."""
    web = str(row.conditions.get("web", ONE_NODE))
    return row.setting if web == ONE_NODE else f"{row.setting}, web server {web}"


def _ways(rows: Sequence[Measurement]) -> list[str]:
    """The ways in the order of their stacks and settings."""
    found = {way_of(one): (str(one.conditions.get("stack", "")), one.value) for one in rows}
    return sorted(found, key=lambda way: (*found[way], way))


def _cells(way: str, rows: Sequence[Measurement]) -> list[str]:
    graceful = _outages(rows, GRACEFUL)
    freeze = _outages(rows, ("freeze",))
    return [
        way,
        *(in_words(ranked(graceful, share)) for share in (0.5, 1.0)),
        *(in_words(ranked(freeze, share)) for share in (0.5, 1.0)),
        *(_lost(rows, what) for what in ("pause", "load")),
        *(in_words(ranked(_both(rows, what), 0.5)) for what in ("freeze", "partition")),
    ]


def _outages(rows: Iterable[Measurement], what: Sequence[str]) -> list[Interval]:
    return [one.outage for one in rows if one.what in what and one.outage is not None]


def _both(rows: Iterable[Measurement], what: str) -> list[Interval]:
    return [one.two_owners for one in rows if one.what == what and one.two_owners is not None]


def _lost(rows: Iterable[Measurement], what: str) -> str:
    """How often a node that is well was lost."""
    looked = [one.lost for one in rows if one.what == what and one.lost is not None]
    return f"{sum(looked)} of {len(looked)}" if looked else "-"
