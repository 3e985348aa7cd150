"""The saved progress: written as a whole, read back equal, and kept aside when it is broken."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from classroom.walk import progress
from classroom.walk.progress import FILE, Answered, Observed, Progress
from classroom.walk.reason import Reason, Row

FOUND = Observed(
    "stays",
    "6.5",
    "The node returns",
    "2026-11-27T10:00:00+00:00",
    (Answered("end", "Who?", "node2", "node2", "right"), Answered("down", "How long?", "", "0.3 s", "open")),
    (
        Reason(
            "Scores", ("node1",), (Row("WebIP", {"node1": "100"}),), ("WebIP on node1: 100 = 100 stickiness",)
        ),
    ),
    run="2026-11-27_10-00-00",
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    said: list[str] = []
    saved = progress.load(tmp_path, said.append)
    assert saved.now == Progress()
    saved.change(stop="stays", asked="stays", answers={"end": "node2"}, thought_s=2.5)
    assert progress.load(tmp_path, said.append).now.answers == {"end": "node2"}
    saved.observe(FOUND, "pages")
    again = progress.load(tmp_path, said.append).now
    assert again == saved.now
    assert (again.stop, again.asked, dict(again.answers)) == ("pages", "", {})
    assert again.observed == (FOUND,)
    assert said == []
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "truncated"),
        (b'{"version":1,"stop":"6.', "truncated"),
        (b"[]", "Expected"),
        (b'{"version":1,"stop":7}', "Expected `str`"),
        (b'{"version":2}', "it has version 2"),
        (b"\xff\xfe\x00", "malformed"),
        (b"[" * 100_000, "cannot be read"),
        (b'{"observed":[{"point":"x"}]}', "missing required field"),
    ],
    ids=["empty", "cut in half", "a list", "wrong type", "newer", "binary", "deep", "half a point"],
)
def test_a_broken_file_is_kept_aside(tmp_path: Path, text: bytes, why: str) -> None:
    (tmp_path / FILE).write_bytes(text)
    said: list[str] = []
    assert progress.load(tmp_path, said.append).now == Progress()
    [line] = said
    assert why in line
    assert str(tmp_path / f"{FILE}.broken") in line
    assert (tmp_path / f"{FILE}.broken").read_bytes() == text
    assert not (tmp_path / FILE).exists()


def test_a_second_broken_file_does_not_replace_the_first(tmp_path: Path) -> None:
    for number, text in enumerate(("one", "two"), start=1):
        (tmp_path / FILE).write_text(text)
        progress.load(tmp_path, lambda line: None)
        assert len(list(tmp_path.glob("*.broken*"))) == number
    assert (tmp_path / f"{FILE}.broken").read_text() == "one"
    assert (tmp_path / f"{FILE}.broken-2").read_text() == "two"


def test_a_failed_write_keeps_the_old_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = progress.load(tmp_path, lambda line: None)
    saved.change(stop="stays")
    before = (tmp_path / FILE).read_text()

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("inventory.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        saved.change(stop="apart")
    assert (tmp_path / FILE).read_text() == before


def test_the_form_is_stable() -> None:
    """A field that is renamed would make the progress of every student unreadable."""
    assert msgspec.json.decode(
        b'{"version":1,"begun":"b","stop":"s","asked":"a","answers":{"q":"x"},"thought_s":1.5,"observed":'
        b'[{"point":"p","number":"1","title":"t","at":"n","answers":[{"id":"i","text":"t","said":"","happened":"h",'
        b'"verdict":"open"}],"reasons":[{"title":"r","nodes":["n"],"table":[{"resource":"w","scores":{"n":"1"}}],'
        b'"lines":["l"],"unknown":""}],"concept":"c","again":"g","thought_s":1,"took_s":2,"run":"f"}],'
        b'"solved":{"own-service":"t"}}',
        type=Progress,
    ).solved == {"own-service": "t"}
