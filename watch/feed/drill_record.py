"""Follows the record of a drill that runs on this lab, whoever started it: its faults, and its further clients.

A drill writes each event to its record before it goes on, and samples in blocks. The record's clock began at a time
that it does not tell, so it is found from the rows themselves: a row is never read before it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from drill.record.header import FORMAT
from drill.record.timeline import Event, Sample
from drill.report import run_folder
from inventory import files, journal
from inventory.homes import STATE
from inventory.journal import LOCK
from status import health
from watch.feed.background import Background
from watch.feed.hub import Hub
from watch.model.facts import DrillFact, Reported

OTHER_CLIENTS = ("connecting", "routed")
"""The clients that the observation of a view does not have itself."""
RUNS = "runs"
CLOCK_S = 1.0
"""The time of a lock is kept in whole seconds."""
NEWEST = 3
"""So many of the newest runs are looked at: labs of one folder write their runs side by side."""


class _Row(msgspec.Struct):
    """A row of a record, as far as it is used here."""

    header: dict[str, object] | None = None
    sample: Sample | None = None
    event: Event | None = None


class RecordFile:
    """One record that grows. `rows` gives the whole rows that are new, and None for one that cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0
        self._rest = b""

    def rows(self) -> Iterator[_Row]:
        """The new rows. A file that is gone has none: it was compressed."""
        try:
            with self.path.open("rb") as stream:
                stream.seek(self._read)
                more = stream.read()
        except FileNotFoundError:
            return
        self._read += len(more)
        *whole, self._rest = (self._rest + more).split(b"\n")
        for line in whole:
            try:
                yield msgspec.json.decode(line, type=_Row)
            except msgspec.MsgspecError:
                continue  # a damaged row


class DrillRecord(Background):
    """Brings the events of the drill that runs on the lab with a home, and that it runs at all. `root` has runs/."""

    period = 0.05

    def __init__(self, hub: Hub, root: Path, home: Path, number: int) -> None:
        super().__init__(hub, "record of the drill")
        self._root, self._home, self._number = root, home, number
        self._last: DrillFact | None = None
        self._file: RecordFile | None = None
        self._began = float("inf")
        """When the record's clock began (seconds since 1970), as known until now: the least that was seen."""

    def work(self) -> None:
        """Look who runs, and take the new rows; those of a drill that has ended come before its end."""
        holder = files.holder(self._home / STATE / LOCK)
        if holder is not None:
            self._tell(DrillFact(0.0, f"the drill or heal of process {holder.pid}"))
            if self._file is None or not self._file.path.exists():
                self._file, self._began = self._found(holder.since), float("inf")
        if self._file is not None:
            self._take(self._file)
        if holder is None:
            self._report()
            self._file = None
            left = tuple(health.left_by(one) for one in journal.pending(self._home))
            self._tell(DrillFact(0.0, left=left))

    def _report(self) -> None:
        """Tell where the report of the drill is that has just ended."""
        if self._file is not None and (self._file.path.parent / run_folder.REPORT).is_file():
            self.hub.take(Reported(self.hub.clock(), self._file.path.parent.name))

    def _tell(self, now: DrillFact) -> None:
        """Tell the hub when another drill runs than before, or when something else was left."""
        if self._last != now:
            self._last = now
            self.hub.take(replace(now, at=self.hub.clock()))

    def _found(self, since: float) -> RecordFile | None:
        """The record that is written now for this lab: the newest plain one that was written since a moment."""
        runs = self._root / RUNS
        if not runs.is_dir():
            return None
        newest = sorted((one.name for one in runs.iterdir()), reverse=True)[:NEWEST]
        for name in newest:
            path = runs / name / run_folder.TIMELINE
            if path.is_file() and path.stat().st_mtime >= since - CLOCK_S and self._is_ours(path):
                return RecordFile(path)
        return None

    def _is_ours(self, path: Path) -> bool:
        first = next(RecordFile(path).rows(), None)
        return bool(first and first.header and first.header.get("lab", 1) == self._number)

    def _take(self, record: RecordFile) -> None:
        part: list[_Row] = []
        for row in record.rows():
            if row.header is not None:
                self._pass_on(part)
                part = []
                self._begin(row.header)
            part.append(row)
        self._pass_on(part)

    def _pass_on(self, rows: list[_Row]) -> None:
        """Pass on the rows of one scenario, with their times by the hub's clock."""
        times = [one for row in rows if (one := _time(row)) is not None]
        self._began = min(self._began, self.hub.clock() - max(times, default=float("-inf")))
        for row in rows:
            if row.event is not None:
                self.hub.take(replace(row.event, at=self._began + row.event.at))
            elif row.sample is not None and row.sample.client in OTHER_CLIENTS:
                sent, done = self._began + row.sample.sent, self._began + row.sample.done
                self.hub.take(replace(row.sample, sent=sent, done=done))

    def _begin(self, header: dict[str, object]) -> None:
        self._began = float("inf")  # each scenario has a clock of its own
        if header.get("format") != FORMAT:
            self.hub.tell("drill", "this drill is of another version of the lab: its faults are not shown")
        else:
            self.hub.tell("drill", f"scenario {header.get('scenario')}: {header.get('title', '')}")


def _time(row: _Row) -> float | None:
    if row.event is not None:
        return row.event.at
    return row.sample.done if row.sample is not None else None
