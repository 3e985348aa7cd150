"""One run of several: all records, in the catalogue's order; runs of different configurations are refused."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from drill.record import timeline_file
from drill.record.timeline import Timeline
from drill.report import merge, run_folder
from inventory.errors import ConfigError, LabError
from tests.support.sample_timelines import failover

TESTS = (
    '<testsuites><testsuite name="{0}" tests="2" failures="1" errors="0" time="3.5">'
    '<testcase name="{0}"/></testsuite></testsuites>'
)


def made(folder: Path, *scenarios: str, **header: Any) -> Path:
    """A run with a record for each scenario."""
    records = [record(name, **header) for name in scenarios]
    timeline_file.write(folder / run_folder.TIMELINE, records)
    return folder


def record(name: str, **header: Any) -> Timeline:
    sample = failover()
    return replace(sample, header=replace(sample.header, scenario=name, **header))


def merged(tmp_path: Path, *folders: Path) -> tuple[Path, list[str], tuple[str, ...]]:
    target = tmp_path / "merged"
    folder, run, notes = merge.merge(folders, lambda: target)
    assert folder == target
    assert sorted(path.name for path in target.iterdir() if path.name != run_folder.TESTS) == [
        "junit.xml",
        "report.html",
        "timeline.jsonl.gz",
        "verdicts.json",
    ]
    return target, [result.name for result in run.results], notes


def test_all_records_in_the_catalogues_order(tmp_path: Path) -> None:
    a = made(tmp_path / "a", "freeze", "nothing", lab=1)
    b = made(tmp_path / "b", "web-kill", "order", "freeze", lab=2)
    target, names, notes = merged(tmp_path, a, b)
    assert names == ["nothing", "order", "freeze", "freeze", "web-kill"]
    assert notes == ()
    kept = timeline_file.read_all(target / run_folder.TIMELINE)
    assert [one.header.lab for one in kept] == [1, 2, 1, 2, 2]
    assert kept[1] == record("order", lab=2), "nothing of a record is lost"


def test_a_second_try_stays_behind_its_first(tmp_path: Path) -> None:
    a = made(tmp_path / "a", "freeze")
    timeline_file.append(a / run_folder.TIMELINE, record("freeze", second_try=True))
    target, _, _ = merged(tmp_path, a, made(tmp_path / "b", "freeze"))
    tries = [one.header.second_try for one in timeline_file.read_all(target / run_folder.TIMELINE)]
    assert tries == [False, True, False]


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [
        ({"described": {"stickiness": "100"}}, {"described": {"stickiness": "0"}},
         "stickiness is 100 in {a}, and 0 in {b}"),
        ({"platform": "debian12"}, {"platform": "debian13"}, "platform is debian12 in {a}, and debian13 in {b}"),
        ({"token_s": 3.0}, {"token_s": 1.0}, "token_s is 3.0 in {a}, and 1.0 in {b}"),
    ],
)  # fmt: skip
def test_different_configurations(
    tmp_path: Path, ours: dict[str, Any], theirs: dict[str, Any], says: str
) -> None:
    a, b = made(tmp_path / "a", "freeze", **ours), made(tmp_path / "b", "nothing", **theirs)
    with pytest.raises(ConfigError) as caught:
        merge.merge([a, b], lambda: pytest.fail("nothing is made"))
    assert says.format(a=a, b=b) in caught.value.message


def test_records_of_an_older_lab_do_not_say_all(tmp_path: Path) -> None:
    a, b = made(tmp_path / "a", "freeze"), made(tmp_path / "b", "nothing", described={"stickiness": "0"})
    assert merged(tmp_path, a, b)[1] == ["nothing", "freeze"]


def test_a_half_written_record_is_told_and_kept(tmp_path: Path) -> None:
    a = made(tmp_path / "a", "freeze")
    b = tmp_path / "b" / run_folder.TIMELINE
    b.parent.mkdir()
    rows = "".join(timeline_file.lines(record("nothing")))
    b.write_text(rows[: len(rows) // 2])
    before = b.read_bytes()
    target, names, notes = merged(tmp_path, b.parent, a)
    assert names == ["nothing", "freeze"]
    [note] = notes
    assert note.startswith(f"{b.parent}: nothing: line ")
    assert "cut off" in note
    with gzip.open(target / f"{run_folder.TIMELINE}.gz") as stream:
        assert stream.read().startswith(before), "also the incomplete row is kept"
    assert b.read_bytes() == before
    states = {
        one["scenario"]: one["status"]
        for one in json.loads((target / "verdicts.json").read_text())["scenarios"]
    }
    assert states["nothing"] == "UNKNOWN"


def test_a_half_written_compressed_record_is_told(tmp_path: Path) -> None:
    a = made(tmp_path / "a", "freeze", "nothing")
    packed = a / f"{run_folder.TIMELINE}.gz"
    packed.write_bytes(packed.read_bytes()[:-200])
    _, names, notes = merged(tmp_path, a)
    assert "freeze" in names
    assert any("half-written" in note for note in notes)


@pytest.mark.parametrize("names", [("a", "a"), ("a", "b/../a")])
def test_a_run_is_named_twice(names: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    made(tmp_path / "a", "freeze")
    with pytest.raises(ConfigError, match="named twice"):
        merge.merge([tmp_path / name for name in names], lambda: pytest.fail("nothing is made"))


def test_what_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, says in (("missing", "no such folder"), ("empty", "not a run")):
        with pytest.raises(ConfigError, match=says):
            merge.merge([tmp_path / name], lambda: pytest.fail("nothing is made"))


def test_the_junit_files_of_the_tests_become_one(tmp_path: Path) -> None:
    a, b = made(tmp_path / "a", "freeze"), tmp_path / "b"
    b.mkdir()
    for folder in (a, b):
        (folder / run_folder.TESTS).write_text(TESTS.format(folder.name))
    target, _, _ = merged(tmp_path, a, b)
    root = ET.parse(target / run_folder.TESTS).getroot()
    assert [one.get("name") for one in root] == ["a", "b"]
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "time")} == {
        "tests": "4", "failures": "2", "errors": "0", "time": "7.000",
    }  # fmt: skip
    (b / run_folder.TESTS).write_text(TESTS.format("b")[:40])
    with pytest.raises(LabError, match=r"tests\.xml: cannot be read"):
        merge.merge([a, b], lambda: pytest.fail("nothing is made"))
