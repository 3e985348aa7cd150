"""Timelines as JSON lines (format 2): written while the drill runs, read back without any machine.

Each line is one object with one key, the kind of the line:

    {"header": {"format": 2, ...}}   a scenario begins        {"more": {...}}   later fields of its header
    {"sample": {...}}                {"reading": {...}}       {"event": {...}}       {"lateness": {...}}

The fields are those of the classes in drill.record.header and drill.record.timeline; a field of the header that has its
default value is left out. A file may hold several scenarios, one after the other. Format 1 is read too (format_1.py).

msgspec checks each line against the annotations of the dataclasses. Alternatives that were tried: pydantic (its
messages also name the value, but its import takes eight times as long and it needs four more packages), and checks
written by hand (80 lines).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from drill.record import format_1
from drill.record.header import FORMAT, Header
from drill.record.timeline import Event, Lateness, NodeReading, Sample, Timeline
from inventory.errors import LabError

_HINT = "changed by hand, not a timeline, or from another version of the lab; use the file of another run"
_KINDS = ("header", "more", "sample", "reading", "event", "lateness")
_BEGINS = (b'"header"', b'"timeline"')
"""What the first line of a timeline has in it, also when it is damaged."""
LOST = "(its name is lost)"
"""The scenario of a timeline whose first line cannot be read."""
Record = TypeVar("Record")


def append(path: Path, timeline: Timeline) -> None:
    """Append a whole timeline to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_incomplete_line(path)
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


def remove_incomplete_line(path: Path) -> None:
    """Remove an incomplete last line that a killed run left, so that the next scenario starts on a new line."""
    if not path.exists():
        return
    text = path.read_bytes()
    if text and not text.endswith(b"\n"):
        path.write_bytes(text[: text.rfind(b"\n") + 1])


def read(path: Path) -> Timeline:
    """The only timeline of a file. Raises LabError when there is none, or more than one."""
    found = read_all(path)
    if len(found) != 1:
        raise LabError(f"{path}: {len(found)} timelines where one is expected", hint=_HINT)
    return found[0]


def read_all(path: Path) -> tuple[Timeline, ...]:
    """All timelines of a file. A line that cannot be read, or that was cut off, becomes a note of its timeline.

    Raises LabError with file and line when no timeline can be read, and for a newer format.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LabError(f"{path}: cannot be read: {error.strerror}", hint="name a run's folder") from error
    complete = data.endswith(b"\n")
    rows = data.split(b"\n")
    rows = rows[:-1] if complete else rows
    found: list[_Draft] = []
    first_error = ""
    for number, row in enumerate(rows, start=1):
        try:
            _take(found, row)
        except _NewerFormat as error:
            raise LabError(f"{path}:{number}: {error}", hint="read it with the lab that wrote it") from error
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError, LabError) as error:
            cut_off = number == len(rows) and not complete
            first_error = first_error or (
                "" if cut_off else f"{path}:{number}: not a line of a timeline: {error}"
            )
            if not cut_off and any(begin in row for begin in _BEGINS):
                # The lines after it are of this scenario, whose name is lost.
                found.append(_Draft(FORMAT, fields={"scenario": LOST}, header=Header(scenario=LOST)))
            if found:
                why = (
                    "is cut off: the run was killed while writing it"
                    if cut_off
                    else f"cannot be read: {error}"
                )
                found[-1].notes.append(f"line {number} {why}")
    good = [draft for draft in found if draft.header.scenario != LOST]
    if first_error and not good:
        raise LabError(first_error, hint=_HINT)
    return tuple(draft.timeline() for draft in found)


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


def _take(found: list[_Draft], row: bytes) -> None:
    entry = msgspec.json.decode(row)
    if not isinstance(entry, dict) or len(entry) != 1:
        raise ValueError("an object with one key is expected")
    [(kind, body)] = entry.items()
    if kind not in (*_KINDS, *format_1.KINDS):
        raise ValueError(f"unknown kind {kind!r}")
    if not isinstance(body, dict):
        raise ValueError(f"{kind} must be an object")
    begins = kind in ("header", format_1.BEGIN)
    if begins:
        draft = _Draft(1 if kind == format_1.BEGIN else _format(body))
    elif found:
        draft = found[-1]
    else:
        raise ValueError("the first line must be a timeline's header")
    if draft.format == 1 or (draft.header.scenario == LOST and kind in format_1.KINDS):
        kind, body = format_1.translate(kind, body)
    if kind not in _KINDS:
        raise ValueError(f"{kind!r} is not a kind of format {draft.format}")
    draft.add(kind, body)
    if begins:
        found.append(draft)


def _format(body: Mapping[str, Any]) -> int:
    version = body.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < FORMAT:
        raise ValueError(f"format cannot be {version!r}")
    if version > FORMAT:
        raise _NewerFormat(f"the record has format {version}, and this lab reads formats up to {FORMAT}")
    return version


def _record(kind: type[Record], body: Mapping[str, Any]) -> Record:
    if unknown := body.keys() - {one.name for one in fields(cast("Any", kind))}:
        raise ValueError(f"unknown field {', '.join(sorted(unknown))}")
    return msgspec.convert(body, kind)
