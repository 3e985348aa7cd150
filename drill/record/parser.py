"""Makes a timeline of the rows of a record's file: all at once, and one by one where one of them is damaged or old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast

import msgspec

from drill.record import format_1
from drill.record.header import FORMAT, Header
from drill.record.row_groups import Group
from drill.record.stored_rows import BEGINS, Place
from drill.record.timeline import ROWS, Timeline
from inventory.errors import LabError

LOST = "(its name is lost)"
"""The scenario of a timeline whose first line cannot be read."""
_KINDS = ("header", "more", *ROWS)
_DAMAGED = (ValueError, TypeError, KeyError, OverflowError, RecursionError, LabError)
"""What a damaged row raises."""
Found = TypeVar("Found")


class NewerFormat(Exception):
    """The file was written by a newer lab; the text begins with the number of the row."""


class _Row(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A row of any kind in format 2: exactly one field is set. `_typed` adds the fields of ROWS."""

    header: dict[str, Any] | None = None
    more: dict[str, Any] | None = None


def timelines(group: Group) -> tuple[Sequence[tuple[Place, Timeline]], str]:
    """The timelines of a group, one when no row is damaged, and the first error as "NUMBER: TEXT" ("" without one).

    Raises NewerFormat.
    """
    try:
        return ((group.place, _whole(group)),), ""
    except (*_DAMAGED, _Newer):
        return _row_by_row(group)


def _whole(group: Group) -> Timeline:
    """The timeline of rows that are all whole and of format 2. Raises an error of _DAMAGED for any other."""
    if group.damage:
        raise ValueError(group.damage)
    rows = _decoder().decode_lines(group.text)
    lists: dict[str, tuple[Any, ...]] = {}
    for kind, (_, name) in ROWS.items():
        lists[name] = tuple([one for one in map(attrgetter(kind), rows) if one is not None])
    headers = [row.header for row in rows if row.header is not None]
    parts = [row.more for row in rows if row.more is not None]
    if len(headers) + len(parts) + sum(map(len, lists.values())) != group.size:
        raise ValueError("a row has not one key")
    [header] = headers
    if rows[0].header is None or _format(header) != FORMAT:
        raise ValueError("the first row must be the header")
    for one in parts:
        header |= one
    return Timeline(_record(Header, header), **lists)


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    kinds = [(kind, type_ | None, None) for kind, (type_, _) in ROWS.items()]
    return msgspec.json.Decoder(
        msgspec.defstruct("Row", kinds, bases=(_Row,), gc=False, forbid_unknown_fields=True)
    )


def _row_by_row(group: Group) -> tuple[Sequence[tuple[Place, Timeline]], str]:
    """The same for damaged rows, each of which becomes a note, and for those of format 1."""
    found: list[tuple[Place, _Draft]] = []
    first_error, skip = "", group.place.skip
    for number, row in enumerate(group.rows, start=group.place.number):
        begun: _Draft | None = None
        whole, note = row.endswith(b"\n"), ""
        try:
            begun = _take(found[-1][1] if found else None, row[:-1] if whole else row)
        except _Newer as error:
            raise NewerFormat(f"{number}: {error}") from error
        except _DAMAGED as error:
            note = f"line {number} is cut off: the run was killed while writing it"
            if whole:
                note = f"line {number} cannot be read: {error}"
                first_error = first_error or f"{number}: not a line of a timeline: {error}"
                # The lines after a damaged header are of its scenario, whose name is lost.
                begun = _lost() if any(one in row for one in BEGINS) else None
        if begun:
            found.append((Place(group.place.member, skip, number), begun))
        if note and found:
            found[-1][1].notes.append(note)
        skip += len(row)
    if group.damage:
        found = found or [(group.place, _lost())]
        found[-1][1].notes.append(group.damage)
    return [(place, draft.timeline()) for place, draft in found], first_error


class _Newer(Exception):
    """A header has a newer format."""


@dataclass
class _Draft:
    """A timeline that is being read; `fields` is its header as plain data."""

    format: int
    fields: dict[str, Any] = field(default_factory=dict)
    header: Header = field(default_factory=Header)
    rows: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for _, name in ROWS.values()})
    notes: list[str] = field(default_factory=list)

    def add(self, kind: str, body: dict[str, Any]) -> None:
        """Add one line of format 2."""
        if kind in ("header", "more"):
            self.fields |= body
            self.header = _record(Header, self.fields)
        else:
            type_, name = ROWS[kind]
            self.rows[name].append(_record(type_, body))

    def timeline(self) -> Timeline:
        """The timeline as read so far."""
        return Timeline(
            self.header, notes=tuple(self.notes), **{name: tuple(rows) for name, rows in self.rows.items()}
        )


def _lost() -> _Draft:
    return _Draft(FORMAT, fields={"scenario": LOST}, header=Header(scenario=LOST))


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
        raise _Newer(f"the record has format {version}, and this lab reads formats up to {FORMAT}")
    return version


def _record(kind: type[Found], body: Mapping[str, Any]) -> Found:
    if unknown := body.keys() - _names(cast("Any", kind)):
        raise ValueError(f"unknown field {', '.join(sorted(unknown))}")
    return msgspec.convert(body, kind)


@cache
def _names(kind: Any) -> frozenset[str]:
    if issubclass(kind, msgspec.Struct):
        return frozenset(kind.__struct_fields__)
    return frozenset(one.name for one in fields(kind))
