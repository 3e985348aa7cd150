"""Timelines as JSON lines (format 2): written while the drill runs, read back without any machine.

Each line is one object with one key, the kind of the line:

    {"header": {"format": 2, ...}}   a scenario begins        {"more": {...}}   later fields of its header
    {"sample": {...}}                {"reading": {...}}       {"event": {...}}    {"lateness": {...}}    {"arp": {...}}
    {"power": {...}}                 {"write": {...}}

The fields are those of the classes in drill.record.header and drill.record.timeline; a field of the header that has its
default value is left out. A file may hold several scenarios, one after the other; it is read one timeline at a time.
Format 1 is read too (format_1.py). The file is compressed when its run has ended (stored_rows.py); all functions here
take its plain name and read it either way.

msgspec checks each line against the annotations of the classes (parser.py). Alternatives that were tried: pydantic (its
messages also name the value, but its import takes eight times as long and it needs four more packages), and checks
written by hand (80 lines).
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import msgspec

from drill.record import parser, stored_rows
from drill.record.header import Header
from drill.record.parser import LOST
from drill.record.row_groups import groups
from drill.record.stored_rows import Place, Rows
from drill.record.timeline import ROWS, Timeline
from inventory.errors import LabError

_HINT = "changed by hand, not a timeline, or from another version of the lab; use the file of another run"


def append(path: Path, timeline: Timeline) -> None:
    """Append a whole timeline to a file, which is plain then."""
    stored_rows.make_plain(path)
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(lines(timeline))


def lines(timeline: Timeline) -> Iterable[str]:
    """A timeline as the lines of its file; reading them gives an equal timeline."""
    yield header_line(timeline.header)
    for kind, (_, name) in ROWS.items():
        for item in getattr(timeline, name):
            yield line(kind, item)


def header_line(header: Header) -> str:
    """The first line of a timeline: the format, and the fields that differ from their defaults."""
    default = Header()
    names = [one.name for one in fields(header) if getattr(header, one.name) != getattr(default, one.name)]
    return line("header", {"format": header.format, **{name: getattr(header, name) for name in names}})


def line(kind: str, body: object) -> str:
    """One line of the file; `body` is a row, a part of a header, or a mapping of names to values."""
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
    first_error, any_good = "", False
    for group in groups(Rows(path, start), start.number if start else 1):
        try:
            found, error = parser.timelines(group)
        except parser.NewerFormat as newer:
            raise LabError(f"{group.file}:{newer}", hint="read it with the lab that wrote it") from newer
        for place, timeline in found:
            any_good = any_good or timeline.scenario != LOST
            yield place, timeline
        first_error = first_error or (f"{group.file}:{error}" if error else "")
        if group.damage and not any_good:
            first_error = f"{path.parent}: {group.damage}"
    if first_error and not any_good:
        raise LabError(first_error, hint=_HINT)
