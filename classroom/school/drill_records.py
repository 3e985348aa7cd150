"""The drill records of a bundle, judged again: whose they are, what the checks say now, and what marks a copy."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from classroom.school.bundle import Bundle
from classroom.school.evidence import RECORD, RUNS
from drill.checks import registry as checks
from drill.checks.verdict import worst_status
from drill.record import timeline_file
from drill.record.timeline import Timeline
from inventory.errors import LabError
from inventory.model import Lab

MARK = 8
"""A mark is made of the ratios of so many requests' durations, one after another."""
_RATIO_DIGITS = 6


@dataclass(frozen=True)
class Record:
    """One record of a bundle: its run, its scenario, the status of the checks now, and its length (seconds).

    `foreign` says why it is not a record of this student's lab. `marks` identify its measured times: a copy has the
    same ones, also when names are exchanged or all times are stretched. `span` are the first and last time of the
    nodes' own clocks (seconds since 1970), None when the record has none.
    """

    run: str
    scenario: str
    status: str
    seconds: float
    foreign: str
    marks: frozenset[str]
    span: tuple[float, float] | None


def records(bundle: Bundle, lab: Lab) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """The records of a bundle in order, and a line for each file that cannot be read."""
    found: list[Record] = []
    unread: list[str] = []
    for name, data in bundle.parts.items():
        if not (name.startswith(RUNS) and name.endswith(RECORD)):
            continue
        run = name.removeprefix(RUNS).partition("/")[0]
        try:
            found += [_record(run, one, lab) for one in _timelines(data)]
        except LabError as error:
            unread.append(f"{name}: {error.message.rpartition(':')[2].strip()}")
    return tuple(found), tuple(unread)


def _timelines(data: bytes) -> Iterator[Timeline]:
    with tempfile.TemporaryDirectory(prefix="lab-collect-") as folder:
        path = Path(folder) / RECORD
        path.write_bytes(data)
        for _, one in timeline_file.scan(path):
            yield one


def _record(run: str, timeline: Timeline, lab: Lab) -> Record:
    times = [one.at for one in timeline.header.operations or ()]
    return Record(
        run,
        timeline.scenario,
        worst_status(checks.judge(timeline)),
        timeline.end,
        _foreign(timeline, lab),
        marks(timeline),
        (min(times), max(times)) if times else None,
    )


def _foreign(timeline: Timeline, lab: Lab) -> str:
    """Why a record is not one of a lab: its nodes, its address, or the pages in it are others. "": it may be."""
    own = tuple(node.name for node in lab.nodes)
    if timeline.nodes != own:
        return f"its nodes are {', '.join(timeline.nodes)}"
    if timeline.header.url != lab.url:
        return f"it asked {timeline.header.url}"
    seen = {one.page for one in timeline.samples if one.page} | {one.node for one in timeline.node_readings}
    if others := sorted(seen - set(own)):
        return f"it has answers or readings of {', '.join(others)}"
    wanted = f"option ip={lab.vip}"
    before = [line for line in timeline.header.before or () if " option ip=" in line]
    if before and not any(line.endswith(wanted) for line in before):
        return f"its configuration says: {before[0]}"
    return ""


def marks(timeline: Timeline) -> frozenset[str]:
    """What identifies the measured times of a record: digests of the ratios of consecutive durations of the probe."""
    durations = [one.done - one.sent for one in timeline.samples if one.client == "probe"]
    ratios = [f"{then / one:.{_RATIO_DIGITS}f}" if one > 0 else "0" for one, then in pairwise(durations)]
    windows = (ratios[at : at + MARK] for at in range(len(ratios) - MARK + 1))
    return frozenset(
        hashlib.sha256(" ".join(one).encode()).hexdigest()[:16]
        for one in windows
        if len(set(one)) > MARK // 2
    )
