"""The groups of a file's rows: the same timelines, places and damages as when the file is split row by row."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drill.record import stored_rows
from drill.record.row_groups import Group, groups
from drill.record.stored_rows import LOST_ROWS, Place, Rows, begins

ROWS = (
    b'{"header":{"format":2,"scenario":"a"}}\n',
    b'{"sample":{"sent":1,"done":2,"detail":"{\\"header\\""}}\n',
    b"\n",
    b'{"timeline":{}}\n',
    b'{"header":{"format":2,"scenario":"b"}}\n',
    b'{"event":{"at":1,"kind":"heal"}}\n',
)


def row_by_row(rows: Rows) -> Iterator[Group]:
    """The groups, found in the simplest way."""
    group: Group | None = None
    for row in rows:
        if row == LOST_ROWS:
            if group and group.place.member != rows.place.member:
                yield group
                group = None
            yield replace(group or Group(rows.path, rows.place, b""), damage=rows.damage)
            group = None
        elif group is None or begins(row):
            if group:
                yield group
            group = Group(rows.path, rows.place, row)
        else:
            group = replace(group, text=group.text + row)
    if group:
        yield group


def written(folder: Path, form: str) -> Path:
    path = folder / "timeline.jsonl"
    text = b"".join(ROWS)
    compressed = path.with_name("timeline.jsonl.gz")
    if form == "plain":
        path.write_bytes(text)
    elif form == "cut off":
        path.write_bytes(text[:-3])
    elif form == "one member":
        compressed.write_bytes(gzip.compress(text))
    else:
        stored_rows.write(path, ROWS)
    content = compressed.read_bytes() if compressed.exists() else b""
    if form == "half-written":
        compressed.write_bytes(content[:-12])
    elif form == "damaged":
        second = content.find(b"\x1f\x8b\x08", 1)
        compressed.write_bytes(content[: second + 12] + b"\xff\xff" + content[second + 14 :])
    return path


@pytest.mark.parametrize("size", [1, 5, 11, 40, 1 << 20])
@pytest.mark.parametrize("form", ["plain", "cut off", "one member", "members", "half-written", "damaged"])
def test_the_groups_are_those_of_single_rows(
    tmp_path: Path, form: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_rows, "_INPUT", size)
    monkeypatch.setattr(stored_rows, "_OUTPUT", size)
    path = written(tmp_path, form)
    found = list(groups(Rows(path)))
    assert found == list(row_by_row(Rows(path)))
    assert [one.size for one in found] == [len(one.rows) for one in found]
    assert any(one.damage for one in found) == (form in ("half-written", "damaged"))


def test_the_rows_of_a_group_have_their_line_ends() -> None:
    group = Group(Path("timeline.jsonl"), Place(), b"a\n\nb")
    assert group.rows == [b"a\n", b"\n", b"b"]
    assert group.size == 3
    assert Group(Path("timeline.jsonl"), Place(), b"").size == 0
