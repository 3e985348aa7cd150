"""The compressed file of a record: read like the plain one, from each place, whole or damaged; and never lost."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from pathlib import Path

import pytest

from drill.record import stored_rows, timeline_file
from drill.record.header import Header
from drill.record.parser import LOST
from drill.record.recorder import Recorder
from drill.record.stored_rows import Place
from drill.record.timeline import Event, Sample, Timeline
from inventory.errors import LabError
from tests.support import sample_timelines
from tests.support.example_lab import CASES

THREE = (
    sample_timelines.graceful(),
    Timeline(
        Header(scenario="héllo"), (Sample(0.1, 0.2, detail="x" * 200_000),), (), (Event(0.3, "inject"),)
    ),
    sample_timelines.not_landed(),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The plain name of a record of three timelines that is compressed."""
    path = tmp_path / "timeline.jsonl"
    for one in THREE:
        timeline_file.append(path, one)
    stored_rows.compress(path)
    return path


def packed(path: Path) -> Path:
    return path.with_name("timeline.jsonl.gz")


def test_a_compressed_record_is_smaller_and_the_same(path: Path) -> None:
    assert os.listdir(path.parent) == ["timeline.jsonl.gz"]
    assert timeline_file.read_all(path) == THREE
    text = "".join(line for one in THREE for line in timeline_file.lines(one))
    assert gzip.decompress(packed(path).read_bytes()).decode() == text, "gzip(1) reads it too"
    assert packed(path).stat().st_size < len(text) / 4


@pytest.mark.parametrize("name", [one.name for one in (CASES / "records").glob("*.jsonl")])
def test_recorded_timelines_are_the_same_in_both_forms(name: str, tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    path.write_bytes((CASES / "records" / name).read_bytes())
    before = timeline_file.read_all(path)
    stored_rows.compress(path)
    assert timeline_file.read_all(path) == before
    stored_rows.make_plain(path)
    assert path.read_bytes() == (CASES / "records" / name).read_bytes(), (
        "no byte is lost on the way there and back"
    )


def test_writing_timelines_makes_the_same_file(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "merged" / "timeline.jsonl"
    timeline_file.write(other, (one for _, one in timeline_file.scan(path)))
    assert os.listdir(other.parent) == ["timeline.jsonl.gz"]
    assert timeline_file.read_all(other) == THREE


def as_plain(path: Path) -> None:
    stored_rows.make_plain(path)


def as_one_member(path: Path) -> None:
    text = gzip.decompress(packed(path).read_bytes())
    packed(path).write_bytes(gzip.compress(text))


@pytest.mark.parametrize(
    "form", [lambda path: None, as_plain, as_one_member], ids=["members", "plain", "by hand"]
)
def test_each_timeline_is_read_from_its_place(path: Path, form: object) -> None:
    assert callable(form)
    form(path)
    places = [place for place, _ in timeline_file.scan(path)]
    assert places[0] == Place()
    assert places == sorted(set(places))
    assert [timeline_file.read_at(path, place) for place in reversed(places)] == [*reversed(THREE)]


def test_a_place_of_another_file_is_an_error(path: Path) -> None:
    places = [place for place, _ in timeline_file.scan(path)]
    as_plain(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(LabError):
        timeline_file.read_at(path, replace(places[2], member=0, skip=100))


def test_a_crash_while_compressing_leaves_the_plain_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_plain(path)

    def fsync(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="No space left"):
        stored_rows.compress(path)
    assert os.listdir(path.parent) == ["timeline.jsonl"]
    assert timeline_file.read_all(path) == THREE


def test_the_plain_file_is_read_while_both_are_there(path: Path) -> None:
    """As after a crash at the end of compressing, before the plain file was removed."""
    whole = packed(path).read_bytes()
    as_plain(path)
    packed(path).write_bytes(whole[:100])
    assert timeline_file.read_all(path) == THREE
    stored_rows.compress(path)
    assert packed(path).read_bytes() == whole


def test_a_half_written_file_gives_all_that_is_in_it_and_one_message(path: Path) -> None:
    whole = packed(path).read_bytes()
    second = [place.member for place, _ in timeline_file.scan(path)][1]
    for end in (*range(second + 30, second + 300, 17), len(whole) - 1):
        packed(path).write_bytes(whole[:end])
        found = timeline_file.read_all(path)
        message = f"timeline.jsonl.gz is half-written: it ends at byte {end} within a timeline: copy it again"
        assert [one.notes for one in found] == [*[()] * (len(found) - 1), (message,)]
        assert found[0] == THREE[0]
        assert found[-1].scenario in (LOST, THREE[len(found) - 1].scenario)
        assert packed(path).read_bytes() == whole[:end], "reading changes nothing"


def test_a_half_written_file_without_a_timeline_is_an_error(path: Path) -> None:
    packed(path).write_bytes(packed(path).read_bytes()[:15])
    with pytest.raises(LabError, match=r"timeline\.jsonl\.gz is half-written: it ends at byte 15") as caught:
        timeline_file.read_all(path)
    assert caught.value.hint


def test_a_damaged_part_spoils_only_its_own_timeline(path: Path) -> None:
    whole = packed(path).read_bytes()
    first, second, _ = (place.member for place, _ in timeline_file.scan(path))
    for at in (*range(first + 20, second, 211), second - 3):
        packed(path).write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        found = timeline_file.read_all(path)
        assert found[1:] == THREE[1:]
        assert "timeline.jsonl.gz is damaged after byte" in found[0].notes[-1]


def test_what_is_no_gzip_file_is_an_error(path: Path) -> None:
    packed(path).write_bytes(b"hello\n")
    with pytest.raises(LabError, match=r"timeline\.jsonl\.gz is damaged after byte 0"):
        timeline_file.read_all(path)


def test_more_is_recorded_after_what_was_compressed(path: Path) -> None:
    with Recorder(path, Header(scenario="more")):
        pass
    assert os.listdir(path.parent) == ["timeline.jsonl"]
    assert timeline_file.read_all(path) == (*THREE, Timeline(Header(scenario="more")))


def test_nothing_is_recorded_after_a_half_written_file(path: Path) -> None:
    half = packed(path).read_bytes()[:-5]
    packed(path).write_bytes(half)
    with pytest.raises(LabError, match="half-written"):
        Recorder(path, Header(scenario="more"))
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == {packed(path).name: half}


def test_a_killed_run_is_compressed_as_it_is(path: Path) -> None:
    as_plain(path)
    with path.open("ab") as stream:
        stream.write(b'{"sample":{"sent":12.0')
    before = timeline_file.read_all(path)
    stored_rows.compress(path)
    assert timeline_file.read_all(path) == before
    assert before[-1].notes[0].endswith("is cut off: the run was killed while writing it")
