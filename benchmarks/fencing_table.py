"""The fencing matrix as a table of Markdown: a row for each fault and setting. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.figures import Figures, figures, in_words, ranked
from benchmarks.markdown import markdown_table
from benchmarks.measurements import Interval, Measurement

HEAD = ("fault", "fencing", "counted", "two owners: longest", "fenced", "both nodes", "off after the fault: median",
        "outage: median", "longest", "lost writes: most")  # fmt: skip


def table(rows: Sequence[Measurement]) -> str:
    """The table, fault by fault."""
    found = figures(rows)
    faults = dict.fromkeys(one.what for one in found)
    return markdown_table(HEAD, [_cells(one) for fault in faults for one in found if one.what == fault])


def both_owned(row: Measurement) -> Interval | None:
    """For how long two nodes had the address at once: what the readings and the answers to ARP show together."""
    known = [one for one in (row.two_owners, row.two_answers) if one is not None]
    if not known:
        return None
    limits = [most for _, most in known if most is not None]
    least = max(least for least, _ in known)
    return least, max(least, min(limits)) if limits else None


def _cells(one: Figures) -> list[str]:
    doubts = f" (and {one.doubtful} in doubt)" if one.doubtful else ""
    owned = [length for row in one.rows if (length := both_owned(row)) is not None]
    fences = [row.fence for row in one.rows if row.fence is not None]
    lost = [row.lost_writes for row in one.rows if row.lost_writes is not None]
    return [
        one.what,
        one.setting,
        f"{one.count}{doubts}",
        in_words(ranked(owned, 1.0)),
        _fenced(one.rows),
        f"{sum(len(row.fenced or ()) > 1 for row in one.rows)} of {one.count}",
        in_words(ranked(fences, 0.5)) if fences else "-",
        in_words(ranked(one.outages, 0.5)),
        in_words(ranked(one.outages, 1.0)),
        _lost(lost),
    ]


def _fenced(rows: Sequence[Measurement]) -> str:
    """Who was fenced, and how many times: "node2 19, node2 and node1 1"."""
    seen = [" and ".join(row.fenced) if row.fenced else "nobody" for row in rows if row.fenced is not None]
    return ", ".join(f"{who} {seen.count(who)}" for who in dict.fromkeys(seen)) or "-"


def _lost(lost: Sequence[tuple[int, int]]) -> str:
    if not lost:
        return "-"
    least, most = max(one[0] for one in lost), max(one[1] for one in lost)
    return str(least) if least == most else f"{least} to {most}"
