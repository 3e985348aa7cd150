from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from drill.record.header import (
    FORMAT,
    Header,
    OperationEntry,
)
from drill.record.parser import LOST
from drill.record.timeline import Event, NodeReading, Sample, Timeline
from drill.record.timeline_file import append, lines, read, read_all
from inventory.errors import LabError
from tests.support.example_lab import CASES
from tests.support.timeline_notation import BASES, timeline

SMALL = Timeline(
    Header(scenario="héllo", roles={"active": "n1"}, operations=(OperationEntry("WebIP", "start", "n1", 5),)),
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
    path = written(tmp_path, '{"head')
    append(path, SMALL)
    assert read(path) == SMALL


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('{"sample": {}}', "missing required field `sent`"),
        ('{"sample": {"sent": "1", "done": 2}}', r"Expected `float`, got `str` - at `\$\.sent`"),
        ('{"sample": {"sent": true, "done": 2}}', r"Expected `float`, got `bool` - at `\$\.sent`"),
        ('{"sample": {"sent": NaN, "done": 2}}', "JSON is malformed"),
        (
            '{"sample": {"sent": 1, "done": 2, "client": "curl"}}',
            "Invalid enum value 'curl' - at `\\$.client`",
        ),
        (
            '{"sample": {"sent": 1, "done": 2, "outcome": "boom"}}',
            "Invalid enum value 'boom' - at `\\$.outcome`",
        ),
        ('{"event": {"at": 1, "kind": "boom"}}', "Invalid enum value 'boom' - at `\\$.kind`"),
        ('{"event": {"at": 1, "kind": "heal", "extra": 1}}', "unknown field extra"),
        ('{"event": [1]}', "event must be an object"),
        ('{"more": {"roles": "x"}}', r"got `str` - at `\$\.roles`"),
        ('{"more": {"before": 5}}', r"got `int` - at `\$\.before`"),
        ('{"more": {"bounds": {}}}', "unknown field bounds"),
        ('{"more": {"prediction": {"least": "soon"}}}', r"got `str` - at `\$\.prediction\.least`"),
        ('{"more": {"prediction": {"least": 9, "most": 2}}}', r"least \(9 s\) is above most \(2 s\)"),
        ('{"more": {"checks": [["recovered", {}]]}}', r"at `\$\.checks\[0\]`"),
        ('{"header": {"format": 2, "nodes": 5}}', r"got `int` - at `\$\.nodes`"),
        ('{"header": {}}', "format cannot be None"),
        ('{"header": {"format": 1}}', "format cannot be 1"),
        ('{"header": {"format": "2"}}', "format cannot be '2'"),
        ('{"mark": {"at": 1, "kind": "heal"}}', "'mark' is not a kind of format 2"),
        ('{"verdict": {}}', "unknown kind 'verdict'"),
        ('{"event": {}, "more": {}}', "one key"),
        ("[]", "one key"),
        ("hello", "JSON is malformed"),
        ("", "truncated"),
    ],
)
def test_a_spoilt_line_is_noted_and_the_rest_is_read(tmp_path: Path, row: str, words: str) -> None:
    path = written(
        tmp_path,
        '{"header": {"format": 2, "scenario": "a"}}\n' + row + '\n{"event": {"at": 1, "kind": "heal"}}\n',
    )
    found = read_all(path)
    assert found[0].scenario == "a"
    assert sum(len(one.events) for one in found) == 1, "the line after it is read"
    [note] = [note for one in found for note in one.notes]
    assert re.search(f"line 2 cannot be read: .*{words}", note), note
    lost = '"header"' in row
    assert [one.scenario for one in found] == (["a", LOST] if lost else ["a"]), (
        "no line goes to a wrong scenario"
    )


def test_bytes_that_are_no_text_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    path.write_bytes(b'{"header": {"format": 2}}\n\xff\xfe\n')
    assert read(path).notes[0].startswith("line 2 cannot be read")
    path.write_bytes(b'{"header": {"format": 2}}\n' + b"[" * 100_000 + b"\n")
    assert read(path).notes[0].startswith("line 2 cannot be read")


def test_other_scenarios_of_a_damaged_file_are_whole(tmp_path: Path) -> None:
    texts = ["".join(lines(replace(SMALL, header=replace(SMALL.header, scenario=name)))) for name in "abc"]
    for damaged in (texts[1].replace('"sent"', '"send"', 1), texts[1].replace('"format":2', '"format":?')):
        a, b, c = read_all(written(tmp_path, texts[0] + damaged + texts[2]))
        assert (a.scenario, a.notes, c.scenario, c.notes) == ("a", (), "c", ())
        assert b.scenario in ("b", LOST)
        assert b.notes
        assert a.samples == c.samples == SMALL.samples


def test_a_damaged_file_of_format_1(tmp_path: Path) -> None:
    text = (CASES / "records" / "format-1.jsonl").read_text()
    whole = read_all(written(tmp_path, text))
    found = read_all(written(tmp_path, text.replace('{"timeline"', '{"timeline" ?', 1) + text))
    assert found[0].scenario == LOST
    assert found[0].samples == whole[0].samples
    assert [one.notes for one in found[1:]] == [() for _ in whole]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("web", "dancing"),
        ("quorate", "yes"),
        ("members", ["n1", 2]),
        ("placements", {"WebIP": None}),
        ("seen", 1),
        ("node", None),
    ],
)
def test_a_reading_with_a_wrong_field_is_named(tmp_path: Path, field: str, value: object) -> None:
    rows = [json.loads(line) for line in lines(SMALL)]
    rows[3]["reading"][field] = value
    path = written(tmp_path, "".join(json.dumps(row) + "\n" for row in rows))
    [note] = read(path).notes
    assert re.search(f"line 4 .*{field}", note)


def test_a_file_must_begin_with_a_timeline(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="the first line must be a timeline's header"):
        read(written(tmp_path, '{"more": {}}\n'))


def test_a_newer_format_is_one_clear_error(tmp_path: Path) -> None:
    path = written(tmp_path, '{"header":{"format":3,"wonder":[]}}\n{"marvel":{}}\n')
    with pytest.raises(LabError) as caught:
        read(path)
    assert caught.value.message == f"{path}:1: the record has format 3, and this lab reads formats up to 2"
    assert "the lab that wrote it" in caught.value.hint
    with pytest.raises(LabError, match="reads formats up to 2"):
        read(written(tmp_path, '{"header":{"format":3}}\n'))


def test_a_header_says_its_format_and_what_differs_from_the_defaults() -> None:
    first = next(iter(lines(Timeline(Header(scenario="a", resources=("WebIP",))))))
    assert json.loads(first) == {"header": {"format": FORMAT, "scenario": "a", "resources": ["WebIP"]}}


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_is_no_timeline(tmp_path: Path, text: str) -> None:
    with pytest.raises(LabError):
        read(written(tmp_path, text))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot be read: No such file"):
        read(tmp_path / "none.jsonl")
