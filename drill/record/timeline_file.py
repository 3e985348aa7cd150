"""Timelines as JSON lines (format 2): written while the drill runs, read back without any machine.

Each line is one object with one key, the kind of the line:

    {"header": {"format": 2, ...}}   a scenario begins        {"more": {...}}   later fields of its header
    {"sample": {...}}                {"reading": {...}}       {"event": {...}}       {"lateness": {...}}

The fields are those of the classes in drill.record.header and drill.record.timeline; a field of the header that has its
default value is left out. A file may hold several scenarios, one after the other; it is read one timeline at a time.
Format 1 is read too (format_1.py). The file is compressed when its run has ended (stored_rows.py); all functions here
take its plain name and read it either way.

msgspec checks each line against the annotations of the dataclasses. Alternatives that were tried: pydantic (its
messages also name the value, but its import takes eight times as long and it needs four more packages), and checks
written by hand (80 lines).
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from drill.record import format_1, stored_rows
from drill.record.header import FORMAT, Header
from drill.record.stored_rows import BEGINS, LOST_ROWS, Place, Rows
from drill.record.timeline import Event, Lateness, NodeReading, Sample, Timeline
from inventory.errors import LabError

_HINT = "changed by hand, not a timeline, or from another version of the lab; use the file of another run"
_KINDS = ("header", "more", "sample", "reading", "event", "lateness")
LOST = "(its name is lost)"
"""The scenario of a timeline whose first line cannot be read."""
Record = TypeVar("Record")


def append(path: Path, timeline: Timeline) -> None:
    """Append a whole timeline to a file, which is plain then."""
    stored_rows.make_plain(path)
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(lines(timeline))


def lines(timeline: Timeline) -> Iterable[str]:
    """A timeline as the lines of its file; reading them gives an equal timeline."""
    yield header_line(timeline.header)
    for kind, items in (
        ("sample", timeline.samples),
        ("reading", timeline.node_readings),
        ("event", timeline.events),
        ("lateness", timeline.lateness),
    ):
        for item in cast("tuple[Any, ...]", items):
            yield line(kind, item)


def header_line(header: Header) -> str:
    """The first line of a timeline: the format, and the fields that differ from their defaults."""
    default = Header()
    names = [one.name for one in fields(header) if getattr(header, one.name) != getattr(default, one.name)]
    return line("header", {"format": header.format, **{name: getattr(header, name) for name in names}})


def line(kind: str, body: object) -> str:
    """One line of the file; `body` is a dataclass, or a mapping of names to values."""
    row = {kind: msgspec.to_builtins(body)}
    return json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def write(path: Path, timelines: Iterable[Timeline]) -> None:
    """Write a compressed file with these timelines, completely or not at all. Raises OSError."""
    stored_rows.write(path, (row.encode() for one in timelines for row in lines(one)))


def read(path: Path) -> Timeline:
    """The only timeline of a file. Raises LabError when there is none, or more than one."""
    found = read_all(path)
    if len(found) != 1:
        raise LabError(f"{path}: {len(found)} timelines where one is expected", hint=_HINT)
    return found[0]


def read_all(path: Path) -> tuple[Timeline, ...]:
    """All timelines of a file at once: for small files. It reads and raises as `scan` does."""
    return tuple(one for _, one in scan(path))


def read_at(path: Path, place: Place) -> Timeline:
    """The timeline at a place that `scan` gave for the same file. Raises LabError when the file has changed."""
    with closing(scan(path, place)) as found:
        for _, one in found:
            return one
    raise LabError(f"{path}: it was changed while it was read", hint="repeat the command")


def scan(path: Path, start: Place | None = None) -> Generator[tuple[Place, Timeline], None, None]:
    """The timelines of a file one after another, each with its place; one at a time is in memory.

    A line that cannot be read, or that was cut off, becomes a note of its timeline; so does a damage of a compressed
    file. Raises LabError with file and line when no timeline can be read (after the last line), and for a newer format.
    """
    rows = Rows(path, start)
    draft: _Draft | None = None
    place, first_error, any_good = rows.place, "", False
    for row in rows:
        begun: _Draft | None = None
        note = rows.damage
        if row == LOST_ROWS:
            first_error = f"{path.parent}: {note}"
            # Without a row of this gzip member, the name of its scenario is lost.
            begun = _lost() if draft is None or rows.place.member != place.member else None
        else:
            whole = row.endswith(b"\n")
            try:
                begun, note = _take(draft, row[:-1] if whole else row), ""
            except _NewerFormat as error:
                raise LabError(
                    f"{rows.path}:{rows.place.number}: {error}", hint="read it with the lab that wrote it"
                ) from error
            except (ValueError, TypeError, KeyError, OverflowError, RecursionError, LabError) as error:
                number = rows.place.number
                note = f"line {number} is cut off: the run was killed while writing it"
                if whole:
                    note = f"line {number} cannot be read: {error}"
                    first_error = first_error or f"{rows.path}:{number}: not a line of a timeline: {error}"
                    # The lines after a damaged header are of its scenario, whose name is lost.
                    begun = _lost() if any(begin in row for begin in BEGINS) else None
        if begun:
            if draft:
                yield place, draft.timeline()
            draft, place = begun, rows.place
            any_good = any_good or begun.header.scenario != LOST
        if note and draft:
            draft.notes.append(note)
    if draft and (any_good or not first_error):
        yield place, draft.timeline()
    if first_error and not any_good:
        raise LabError(first_error, hint=_HINT)


def _lost() -> _Draft:
    return _Draft(FORMAT, fields={"scenario": LOST}, header=Header(scenario=LOST))


class _NewerFormat(Exception):
    """The file was written by a newer lab."""


@dataclass
class _Draft:
    """A timeline that is being read; `fields` is its header as plain data."""

    format: int
    fields: dict[str, Any] = field(default_factory=dict)
    header: Header = field(default_factory=Header)
    samples: list[Sample] = field(default_factory=list)
    node_readings: list[NodeReading] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    lateness: list[Lateness] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, kind: str, body: dict[str, Any]) -> None:
        """Add one line of format 2."""
        if kind in ("header", "more"):
            self.fields |= body
            self.header = _record(Header, self.fields)
        elif kind == "sample":
            self.samples.append(_record(Sample, body))
        elif kind == "reading":
            self.node_readings.append(_record(NodeReading, body))
        elif kind == "lateness":
            self.lateness.append(_record(Lateness, body))
        else:
            self.events.append(_record(Event, body))

    def timeline(self) -> Timeline:
        """The timeline as read so far."""
        return Timeline(
            self.header,
            tuple(self.samples),
            tuple(self.node_readings),
            tuple(self.events),
            tuple(self.lateness),
            tuple(self.notes),
        )


def _take(current: _Draft | None, row: bytes) -> _Draft | None:
    """Add a line to the current timeline; the new timeline when the line begins one."""
    entry = msgspec.json.decode(row)
    if not isinstance(entry, dict) or len(entry) != 1:
        raise ValueError("an object with one key is expected")
    [(kind, body)] = entry.items()
    if kind not in _KINDS and kind not in format_1.KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    if not isinstance(body, dict):
        raise ValueError(f"{kind} must be an object")
    begins = kind in ("header", format_1.BEGIN)
    draft = _Draft(1 if kind == format_1.BEGIN else _format(body)) if begins else current
    if draft is None:
        raise ValueError("the first line must be a timeline's header")
    if draft.format == 1 or (draft.header.scenario == LOST and kind in format_1.KINDS):
        kind, body = format_1.translate(kind, body)
    if kind not in _KINDS:
        raise ValueError(f"{kind!r} is not a kind of format {draft.format}")
    draft.add(kind, body)
    return draft if begins else None


def _format(body: Mapping[str, Any]) -> int:
    version = body.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < FORMAT:
        raise ValueError(f"format cannot be {version!r}")
    if version > FORMAT:
        raise _NewerFormat(f"the record has format {version}, and this lab reads formats up to {FORMAT}")
    return version


def _record(kind: type[Record], body: Mapping[str, Any]) -> Record:
    if unknown := body.keys() - _names(cast("Any", kind)):
        raise ValueError(f"unknown field {', '.join(sorted(unknown))}")
    return msgspec.convert(body, kind)


@cache
def _names(kind: type[Any]) -> frozenset[str]:
    return frozenset(one.name for one in fields(kind))
