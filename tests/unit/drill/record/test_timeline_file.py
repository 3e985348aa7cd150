from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from drill.record.timeline import Event, NodeReading, Sample, Timeline
from drill.record.timeline_file import Recorder, append, lines, read, read_all
from inventory.errors import LabError
from tests.support.timeline_notation import BASES, timeline

SMALL = Timeline(
    {"scenario": "héllo", "roles": {"active": "n1"}},
    (Sample(0.5, 0.6, page="n1", status=200), Sample(1.0, 1.5, "keepalive", "timeout", detail="timed out")),
    (
        NodeReading(
            asked=0.1, at=0.2, node="n1", quorate=None, members=("n1", "n2"), placements={"WebIP": "n1"}
        ),
    ),
    (Event(0.3, "inject", "cut", "n1", "both ways"),),
)


def written(folder: Path, text: str) -> Path:
    path = folder / "timeline.jsonl"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("base", BASES)
def test_round_trip(base: str, tmp_path: Path) -> None:
    one = timeline({"check": "recovered", "from": base})
    append(tmp_path / "runs" / "timeline.jsonl", one)
    assert read(tmp_path / "runs" / "timeline.jsonl") == one


def test_a_recorder_writes_what_it_keeps(tmp_path: Path) -> None:
    path = tmp_path / "new" / "timeline.jsonl"
    with Recorder(path, {"scenario": "a", "fault": ""}) as recorder:
        for sample in SMALL.samples:
            recorder.sample(sample)
        for reading in SMALL.node_readings:
            recorder.reading(reading)
        for event in SMALL.events:
            recorder.event(event)
        recorder.meta(fault="cut", operations=[])
        kept = recorder.timeline()
    assert read(path) == kept
    assert kept.meta == {"scenario": "a", "fault": "cut", "operations": []}
    assert (kept.samples, kept.node_readings, kept.events) == (
        SMALL.samples,
        SMALL.node_readings,
        SMALL.events,
    )


def test_a_mark_is_on_disk_at_once(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    with Recorder(path, {}) as recorder:
        recorder.event(Event(1.0, "inject"))
        assert read(path).events == (Event(1.0, "inject"),)


def test_after_closing_it_still_keeps_but_writes_no_more(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    recorder = Recorder(path, {})
    recorder.close()
    recorder.event(Event(1.0, "heal"))
    assert recorder.timeline().events == (Event(1.0, "heal"),)
    assert read(path).events == ()


def test_many_threads_write_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    with Recorder(path, {}) as recorder:

        def write(n: int) -> None:
            for k in range(50):
                recorder.sample(Sample(n + k / 100, n + k / 100, detail="x" * 500))

        threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(read(path).samples) == 400


def test_several_scenarios_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    append(path, SMALL)
    with Recorder(path, {"scenario": "second"}):
        pass
    assert [one.scenario for one in read_all(path)] == ["héllo", "second"]
    with pytest.raises(LabError, match="2 timelines where one is expected"):
        read(path)


def test_every_torn_last_line_leaves_the_rest(tmp_path: Path) -> None:
    whole = "".join(lines(SMALL)).encode()
    rows = whole.splitlines(keepends=True)
    for cut in range(1, len(rows[-1])):
        path = tmp_path / "timeline.jsonl"
        path.write_bytes(whole[:-cut])
        found = read(path)
        if cut == 1:
            assert found == SMALL, "only the end of the line is missing"
            continue
        assert found.events == ()
        assert found.notes == ("line 5 is cut off: the run was killed while writing it",)
        assert (found.samples, found.node_readings) == (SMALL.samples, SMALL.node_readings)


def test_the_next_scenario_starts_on_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    path.write_bytes("".join(lines(SMALL)).encode()[:-7])
    append(path, SMALL)
    first, second = read_all(path)
    assert first.events == ()
    assert second == SMALL


def test_a_file_of_half_a_line_is_begun_anew(tmp_path: Path) -> None:
    path = written(tmp_path, '{"timel')
    append(path, SMALL)
    assert read(path) == SMALL


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('{"sample": {}}', "sent is missing"),
        ('{"sample": {"sent": "1", "done": 2}}', "sent cannot be '1'"),
        ('{"sample": {"sent": true, "done": 2}}', "sent cannot be True"),
        ('{"sample": {"sent": NaN, "done": 2}}', "NaN is not a time"),
        (
            '{"mark": {"at": 1, "kind": "boom", "label": "", "node": "", "detail": ""}}',
            "kind cannot be 'boom'",
        ),
        ('{"mark": {"at": 1, "kind": "heal", "label": "", "node": "", "detail": "", "more": 1}}', "more"),
        ('{"mark": [1]}', "mark must be an object"),
        ('{"meta": {"roles": "x"}}', "roles cannot be 'x'"),
        ('{"meta": {"before": 5}}', "before cannot be 5"),
        ('{"timeline": {"nodes": 5}}', "nodes cannot be 5"),
        ('{"event": {}}', "unknown kind 'event'"),
        ('{"mark": {}, "meta": {}}', "one key"),
        ("[]", "one key"),
        ("hello", "Expecting value"),
        ("", "Expecting value"),
    ],
)
def test_a_spoilt_line_is_named(tmp_path: Path, row: str, words: str) -> None:
    path = written(tmp_path, '{"timeline": {}}\n' + row + '\n{"meta": {}}\n')
    with pytest.raises(LabError, match=words) as caught:
        read(path)
    assert f"{path}:2: not a line of a timeline" in str(caught.value)
    assert caught.value.hint


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    path.write_bytes(b'{"timeline": {}}\n\xff\xfe\n')
    with pytest.raises(LabError, match=":2: not a line"):
        read(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("web", "dancing"),
        ("quorate", "yes"),
        ("members", ["n1", 2]),
        ("placements", {"WebIP": None}),
        ("seen", 1),
    ],
)
def test_a_reading_with_a_wrong_field_is_named(tmp_path: Path, field: str, value: object) -> None:
    rows = [json.loads(line) for line in lines(SMALL)]
    rows[3]["sight"][field] = value
    path = written(tmp_path, "".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(LabError, match=f":4: .*{field} cannot be"):
        read(path)


def test_a_file_must_begin_with_a_timeline(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="the first line must be a timeline's meta"):
        read(written(tmp_path, '{"meta": {}}\n'))


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_is_no_timeline(tmp_path: Path, text: str) -> None:
    with pytest.raises(LabError):
        read(written(tmp_path, text))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot be read: No such file"):
        read(tmp_path / "none.jsonl")
