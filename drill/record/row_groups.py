"""Cuts a record's file into one group of rows for each timeline. Only a damaged group is split into its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from drill.record.stored_rows import LOST_ROWS, WRITTEN, Place, Rows

_MARKS = tuple(b"\n" + one for one in WRITTEN)
"""The end of a row, and the begin of a row that begins a timeline."""
_LONGEST = max(map(len, _MARKS))


@dataclass(frozen=True)
class Group:
    """The rows of a file from one that begins a timeline to the next one; `damage` says what was lost after them.

    A last row that was cut off has no line end.
    """

    file: Path
    place: Place
    text: bytes
    damage: str = ""

    @property
    def rows(self) -> list[bytes]:
        """The rows, each with its line end."""
        *whole, rest = self.text.split(b"\n")
        return [row + b"\n" for row in whole] + ([rest] if rest else [])

    @property
    def size(self) -> int:
        """The number of rows."""
        return self.text.count(b"\n") + bool(self.text and not self.text.endswith(b"\n"))


def groups(rows: Rows, first: int = 1) -> Iterator[Group]:
    """The rows of each timeline of a file; `first` is the number of the first row.

    A damage ends a group: that of its gzip member, or one of its own without a row.
    """
    found = _Uncut(rows.path, first)
    for member, skip, piece in rows.pieces():
        if piece == LOST_ROWS:
            yield from found.damaged(member, skip, rows.damage)
        else:
            yield from found.take(member, skip, piece)
    if found.text:
        yield found.cut(len(found.text))


@dataclass
class _Uncut:
    """The text that was read and is in no group yet. `number` is the number of its first row."""

    file: Path
    number: int
    text: bytearray = field(default_factory=bytearray)
    _pieces: list[tuple[int, int, int]] = field(default_factory=list)
    """Where each piece begins in `text` (the first one: at 0 or before it), its member and its skip."""

    def take(self, member: int, skip: int, piece: bytes) -> Iterator[Group]:
        """Add a piece of the file, and give the groups that it completes."""
        searched = max(0, len(self.text) - _LONGEST + 1)
        self._pieces.append((len(self.text), member, skip))
        self.text += piece
        begun = 0
        for at in _begins(self.text, searched):
            yield self.cut(at - begun)
            begun = at

    def damaged(self, member: int, skip: int, damage: str) -> Iterator[Group]:
        """End the group in which a part was lost. A row that the damage cut off is lost too."""
        del self.text[self.text.rfind(b"\n") + 1 :]
        if self.text and self._pieces[0][1] != member:
            yield self.cut(len(self.text))
        if self.text:
            yield self.cut(len(self.text), damage)
        else:
            yield Group(self.file, Place(member, skip, self.number - 1), b"", damage)
        self._pieces.clear()

    def cut(self, end: int, damage: str = "") -> Group:
        """The text up to `end` as a group."""
        begin, member, skip = self._pieces[0]
        group = Group(self.file, Place(member, skip - begin, self.number), bytes(self.text[:end]), damage)
        self.number += group.size
        del self.text[:end]
        moved = [(at - end, *of) for at, *of in self._pieces]
        while len(moved) > 1 and moved[1][0] <= 0:
            moved.pop(0)
        self._pieces = [(at, member, skip) for at, member, skip in moved]
        return group


def _begins(text: bytearray, since: int) -> list[int]:
    """Where rows begin that begin a timeline, except at the very begin of the text."""
    found = []
    for mark in _MARKS:
        at = text.find(mark, since)
        while at >= 0:
            found.append(at + 1)
            at = text.find(mark, at + 1)
    return sorted(found)
