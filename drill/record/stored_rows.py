"""The rows of a record's file: plain while the run goes on (timeline.jsonl), compressed when it has ended (.gz added).

A compressed file has one gzip member for each timeline (RFC 1952, 2.2): gzip(1) reads all of them, and this module can
begin at each. The plain file is removed when the compressed one is complete. When both are there, the plain one is
read.

gzip was chosen over zstd by measurement (docs/results/report.md): zstd would save 3 of 60 seconds for 10,000 timelines,
and it needs one more package.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from inventory import files
from inventory.errors import LabError

SUFFIX = ".gz"
"""What the name of a compressed file has after the name of the plain one."""
BEGINS = (b'"header"', b'"timeline"')
"""What the first row of a timeline has in it, also when it is damaged."""
WRITTEN = tuple(b"{" + one for one in BEGINS)
"""How the lab writes that row."""
_MEMBER = b"\x1f\x8b\x08"
_FORM, _LEVEL = 31, 6
"""For zlib: gzip members with the largest window (zlib.h, inflateInit2), and how much time compressing may take."""
_INPUT, _OUTPUT = 1 << 16, 1 << 20
"""How many bytes are read, and how many are decompressed, at a time."""
LOST_ROWS = b""
"""What stands for the rows that a damaged part of a compressed file had."""


@dataclass(frozen=True, order=True)
class Place:
    """Where a timeline begins: its gzip member's offset (0 in a plain file), bytes to skip, and the row's number."""

    member: int = 0
    skip: int = 0
    number: int = 1


class Rows:
    """The rows of a record's file as bytes with their line ends, from a place on. They can be iterated once.

    While it is iterated, `place` is that of the latest row. LOST_ROWS is in the place of rows that could not be
    decompressed, and `damage` says why, for people. Raises LabError when the file cannot be read.
    """

    def __init__(self, path: Path, start: Place | None = None) -> None:
        self.path = stored(path) or path
        self.damage = ""
        self._start = start or Place()
        self._member, self._skip, self._number = self._start.member, self._start.skip, self._start.number - 1

    @property
    def place(self) -> Place:
        """Where the latest row begins."""
        return Place(self._member, self._skip, self._number)

    def pieces(self) -> Iterator[tuple[int, int, bytes]]:
        """The text in pieces, each with its gzip member's offset and how many bytes of the member come before it.

        LOST_ROWS is in the place of a part that could not be decompressed.
        """
        try:
            with self.path.open("rb") as stream:
                yield from (self._unpacked if self.path.suffix == SUFFIX else self._plain)(stream)
        except OSError as error:
            raise LabError(
                f"{self.path}: cannot be read: {error.strerror}", hint="name a run's folder"
            ) from error

    def __iter__(self) -> Iterator[bytes]:
        left = b""
        for member, skip, piece in self.pieces():
            if not left or piece == LOST_ROWS:
                self._member, self._skip = member, skip
            if piece == LOST_ROWS:
                left = b""
                yield LOST_ROWS
                continue
            begin = 0
            while end := piece.find(b"\n", begin) + 1:
                self._number += 1
                yield left + piece[begin:end]
                left, begin = b"", end
                self._skip, self._member = skip + begin, member
            left += piece[begin:]
        if left:
            self._number += 1
            yield left

    def _plain(self, stream: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
        """The pieces of the text, each with its member and its place in it."""
        at = stream.seek(self._start.skip)
        while piece := stream.read(_INPUT):
            yield 0, at, piece
            at += len(piece)

    def _unpacked(self, stream: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
        """The same of a compressed file. After a damage it goes on with the next member, and `damage` says where."""
        at = member = stream.seek(self._start.member)
        raw, skip, decoder = b"", 0, zlib.decompressobj(_FORM)
        while raw := raw or stream.read(_INPUT):
            try:
                piece = decoder.decompress(raw, _OUTPUT)
            except zlib.error as error:
                self.damage = f"{self.path.name} is damaged after byte {at} ({error}): copy it again"
                yield member, skip, LOST_ROWS
                raw, at = _next_member(stream, raw[1:], at + 1)
                member, skip, decoder = at, 0, zlib.decompressobj(_FORM)
                continue
            rest = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            raw, at = rest, at + len(raw) - len(rest)
            if wanted := piece[max(0, self._wanted_from(member) - skip) :]:
                yield member, skip + len(piece) - len(wanted), wanted
            skip += len(piece)
            if decoder.eof:
                member, skip, decoder = at, 0, zlib.decompressobj(_FORM)
        if at > member:
            self.damage = (
                f"{self.path.name} is half-written: it ends at byte {at} within a timeline: copy it again"
            )
            yield member, skip, LOST_ROWS

    def _wanted_from(self, member: int) -> int:
        return self._start.skip if member == self._start.member else 0


def _next_member(stream: BinaryIO, raw: bytes, at: int) -> tuple[bytes, int]:
    """The bytes from the next gzip member on, and its offset; no bytes without another member."""
    while (found := raw.find(_MEMBER)) < 0:
        kept = raw[-len(_MEMBER) + 1 :]
        more = stream.read(_INPUT)
        if not more:
            return b"", at + len(raw)
        raw, at = kept + more, at + len(raw) - len(kept)
    return raw[found:], at + found


def stored(path: Path) -> Path | None:
    """The file that has the rows of a record with this plain name: it, or the compressed one; None without any."""
    compressed = _compressed(path)
    return path if path.is_file() else compressed if compressed.is_file() else None


def write(path: Path, rows: Iterable[bytes]) -> None:
    """Write the compressed file of a record with this plain name, completely or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    compressed = _compressed(path)
    new = compressed.with_name(compressed.name + ".new")
    try:
        with new.open("wb") as stream:
            member: list[bytes] = []
            for row in rows:
                if begins(row) and member:
                    stream.write(_packed(member))
                    member = []
                member.append(row)
            stream.write(_packed(member))
        files.put_in_place(new, compressed)
    finally:
        new.unlink(missing_ok=True)


def compress(path: Path) -> None:
    """Replace the plain file of a record by its compressed form, when there is a plain one. Raises OSError."""
    if path.is_file():
        write(path, Rows(path))
        path.unlink()


def make_plain(path: Path) -> None:
    """Prepare the plain file of a record for more rows.

    A compressed file becomes plain; an incomplete last row of a plain one is removed. Raises LabError for a damaged
    compressed file, and OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if stored(path) == _compressed(path):
        new = path.with_name(path.name + ".new")
        try:
            with new.open("wb") as stream:
                stream.writelines(rows := Rows(path))
            if rows.damage:
                raise LabError(f"{path.parent}: {rows.damage}", hint="or record into another folder")
            files.put_in_place(new, path)
        finally:
            new.unlink(missing_ok=True)
        _compressed(path).unlink()
    elif path.exists():
        _cut_incomplete_row(path)


def begins(row: bytes) -> bool:
    """Whether a row is the first one of a timeline, as the lab writes it."""
    return row.startswith(WRITTEN)


def _packed(rows: Iterable[bytes]) -> bytes:
    coder = zlib.compressobj(_LEVEL, zlib.DEFLATED, _FORM)
    return coder.compress(b"".join(rows)) + coder.flush()


def _compressed(path: Path) -> Path:
    return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)


def _cut_incomplete_row(path: Path) -> None:
    with path.open("r+b") as stream:
        end = stream.seek(0, os.SEEK_END)
        keep = end
        while keep > 0:
            begin = max(0, keep - _INPUT)
            stream.seek(begin)
            found = stream.read(keep - begin).rfind(b"\n")
            if found >= 0:
                keep = begin + found + 1
                break
            keep = begin
        if keep < end:
            stream.truncate(keep)
