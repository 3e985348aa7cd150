"""runs/<time>/: what is written, read, judged again and drawn again; and what happens to a folder that is no run."""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree as ET

import pytest

from drill.checks import registry as checks
from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from drill.record import timeline_file
from drill.record.header import CheckRow, Header
from drill.record.timeline import Timeline
from drill.report import run_folder
from inventory.errors import ConfigError, LabError
from tests.support import sample_timelines

JUDGED: dict[str, tuple[Verdict, ...]] = {
    "frozen-node": sample_timelines.passes("recovered", "one_owner"),
    "split-brain": (sample_timelines.TWO_OWNERS,),
    "lossy-traffic": (sample_timelines.CANNOT_TELL,),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of three scenarios, as the drill leaves it before anything was judged."""
    monkeypatch.setattr(checks, "judge", lambda timeline: JUDGED.get(timeline.scenario, ()))
    for timeline in (
        sample_timelines.failover(),
        sample_timelines.split_brain(),
        sample_timelines.not_landed(),
    ):
        timeline_file.append(tmp_path / run_folder.TIMELINE, timeline)
    return tmp_path


def test_a_fresh_folder_is_named_after_the_time_and_never_taken_twice(tmp_path: Path) -> None:
    now = datetime(2024, 5, 6, 7, 8, 9)
    made = [run_folder.fresh(tmp_path / "runs", now).name for _ in range(3)]
    assert made == ["2024-05-06_07-08-09", "2024-05-06_07-08-09_2", "2024-05-06_07-08-09_3"]


def test_recheck_writes_verdicts_junit_and_report(folder: Path) -> None:
    run = run_folder.recheck(folder)
    assert [entry.status for entry in run.results] == [PASS, FAIL, UNKNOWN]
    assert sorted(os.listdir(folder)) == ["junit.xml", "report.html", "timeline.jsonl", "verdicts.json"]
    body = json.loads((folder / run_folder.VERDICTS).read_text(encoding="utf-8"))
    assert (body["status"], body["counts"]) == (FAIL, {"FAIL": 1, "UNKNOWN": 1, "PASS": 1})
    first = body["scenarios"][0]
    assert first["scenario"] == "frozen-node"
    assert 6.8 < first["outage"]["least"] < first["outage"]["most"] < 7.1
    assert first["bounds"] == {"least": 6.0, "most": 13.3}
    assert list(first["clients"]) == ["keepalive"]
    assert first["clients"]["keepalive"]["outage"]["least"] > 6
    assert (folder / run_folder.REPORT).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_what_is_loaded_is_what_was_judged(folder: Path) -> None:
    assert run_folder.recheck(folder) == run_folder.load(folder)


def test_rebuild_draws_again_and_judges_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_folder.recheck(folder)
    page = (folder / run_folder.REPORT).read_bytes()
    kept = {name: (folder / name).stat().st_ino for name in (run_folder.VERDICTS, run_folder.JUNIT)}
    (folder / run_folder.REPORT).unlink()
    monkeypatch.setattr(checks, "judge", _refuse)
    run_folder.rebuild(folder)
    assert (folder / run_folder.REPORT).read_bytes() == page, "the same run gives the same page"
    assert {name: (folder / name).stat().st_ino for name in kept} == kept, "only the report is written"


def test_judging_again_changes_what_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_folder.recheck(folder)
    monkeypatch.setattr(checks, "judge", lambda timeline: sample_timelines.passes("recovered"))
    run_folder.recheck(folder)
    assert {entry.status for entry in run_folder.load(folder).results} == {PASS}
    root = ET.parse(folder / run_folder.JUNIT).getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "0", "0")


def test_a_drill_that_failed_itself_is_never_a_pass(tmp_path: Path) -> None:
    for rows in ((), (CheckRow("recovered"),)):
        timeline = sample_timelines.graceful(checks=rows, error="ssh to node2 was lost")
        timeline_file.append(tmp_path / run_folder.TIMELINE, timeline)
    assert {entry.status for entry in run_folder.recheck(tmp_path).results} == {UNKNOWN}
    assert "ssh to node2 was lost" in (tmp_path / run_folder.REPORT).read_text(encoding="utf-8")


def test_the_real_checks_judge_a_recorded_folder(tmp_path: Path) -> None:
    timeline_file.append(
        tmp_path / run_folder.TIMELINE, sample_timelines.failover(checks=(CheckRow("recovered"),))
    )
    run = run_folder.recheck(tmp_path)
    [one] = run.source.verdicts(run.results[0])
    assert (one.check, one.status) == ("recovered", PASS), one.description


def test_an_empty_run_has_a_page_and_is_unknown(tmp_path: Path) -> None:
    (tmp_path / run_folder.TIMELINE).touch()
    assert run_folder.recheck(tmp_path).status == UNKNOWN
    assert "Nothing was recorded" in (tmp_path / run_folder.REPORT).read_text(encoding="utf-8")
    assert ET.parse(tmp_path / run_folder.JUNIT).getroot().get("tests") == "0"


def test_a_scenario_that_recorded_nothing_is_drawn_without_a_plot(folder: Path) -> None:
    timeline_file.append(folder / run_folder.TIMELINE, Timeline(Header(scenario="lossy-traffic")))
    run_folder.recheck(folder)
    assert "there is nothing to draw" in (folder / run_folder.REPORT).read_text(encoding="utf-8")


def test_a_line_cut_off_by_a_kill_is_said_on_the_page(folder: Path) -> None:
    with (folder / run_folder.TIMELINE).open("a", encoding="utf-8") as stream:
        stream.write('{"sample":{"sent":12.0')
    run_folder.recheck(folder)
    assert "is cut off: the run was killed" in (folder / run_folder.REPORT).read_text(encoding="utf-8")


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        run_folder.recheck(tmp_path / "gone")


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(ConfigError, match=r"not a run: it contains no timeline\.jsonl"):
        run_folder.rebuild(tmp_path)
    assert os.listdir(tmp_path) == ["holiday.jpg"]


@pytest.mark.parametrize(
    "text",
    ['{"sample":{}}\n', "hello\n", '{"header":{"format":0}}\n{"more":{}}\n', "\0\0\n"],
    ids=["no header", "no JSON", "only an unreadable header", "zeros"],
)
def test_a_foreign_timeline(tmp_path: Path, text: str) -> None:
    (tmp_path / run_folder.TIMELINE).write_text(text, encoding="utf-8")
    with pytest.raises(LabError, match=r"timeline\.jsonl:\d: not a line of a timeline"):
        run_folder.recheck(tmp_path)


@pytest.mark.parametrize(
    "damage",
    ["a spoilt line", "cut at a line", "cut in a scenario", "cut in a line", "a spoilt header", "emptied"],
)
def test_a_damaged_record_never_replaces_good_verdicts(folder: Path, damage: str) -> None:
    good = run_folder.recheck(folder)
    assert {one.status for one in good.results} != {UNKNOWN}
    files = (run_folder.VERDICTS, run_folder.JUNIT, run_folder.REPORT)
    before = {name: (folder / name).read_bytes() for name in files}
    path = folder / run_folder.TIMELINE
    rows = path.read_bytes().splitlines(keepends=True)
    headers = [number for number, row in enumerate(rows) if b'"header"' in row]
    changed = {
        "a spoilt line": [*rows[:5], b"hello\n", *rows[6:]],
        "cut at a line": rows[: headers[1]],
        "cut in a scenario": rows[: headers[1] - 3],
        "cut in a line": [*rows[: headers[1]], rows[headers[1]][:-9]],
        "a spoilt header": [b'{"header": ?\n', *rows[1:]],
        "emptied": [],
    }
    path.write_bytes(b"".join(changed[damage]))
    again = run_folder.recheck(folder)
    assert "still has the verdicts of the complete record" in again.note
    assert {name: (folder / name).read_bytes() for name in files} == before
    loaded = run_folder.load(folder)
    assert [loaded.source.verdicts(one) for one in loaded.results] == [*JUDGED.values()]
    assert [one.name for one in loaded.results] == [one.name for one in good.results]
    run_folder.rebuild(folder)


def _emptied(text: str) -> str:
    return ""


def _torn(text: str) -> str:
    return text[: len(text) // 2]


def _foreign(text: str) -> str:
    return '{"format": 1, "scenarios": [{"scenario": "frozen-node", "verdicts": [{"check": "recovered"}]}]}'


def _newer(text: str) -> str:
    return text.replace('"format": 1', '"format": 2')

    return text.replace('"status": "PASS",\n     "why"', '"status": "FINE",\n     "why"')


def _other_scenario(text: str) -> str:
    return text.replace("frozen-node", "thawed-node")


@pytest.mark.parametrize("spoil", [_emptied, _torn, _foreign, _newer, _other_scenario])
def test_verdicts_that_do_not_belong_here_name_the_way_on(folder: Path, spoil: object) -> None:
    assert callable(spoil)
    run_folder.recheck(folder)
    path = folder / run_folder.VERDICTS
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(LabError, match=r"verdicts\.json: ") as caught:
        run_folder.rebuild(folder)
    assert caught.value.hint == f"./lab recheck {folder} writes it again"
    run_folder.recheck(folder)
    run_folder.rebuild(folder)


def test_no_verdicts_yet(folder: Path) -> None:
    with pytest.raises(LabError, match=r"verdicts\.json: cannot be read"):
        run_folder.load(folder)


def test_a_full_disk_leaves_the_old_files_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_folder.recheck(folder)
    before = {name: (folder / name).read_bytes() for name in os.listdir(folder)}
    monkeypatch.setattr(checks, "judge", lambda timeline: ())
    written: list[int] = []

    def fsync(handle: int) -> None:
        written.append(handle)
        if len(written) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(LabError, match="No space left on device"):
        run_folder.recheck(folder)
    assert {name: (folder / name).read_bytes() for name in os.listdir(folder)} == before


def _refuse(timeline: Timeline) -> NoReturn:
    raise AssertionError("a rebuild must not judge")


def test_records_alone_have_a_page_of_their_own(folder: Path) -> None:
    run_folder.recheck(folder)
    whole = (folder / run_folder.REPORT).read_bytes()
    page = run_folder.rebuild(folder, (2,))
    assert page == folder / "report-2.html"
    text = page.read_text(encoding="utf-8")
    assert 'id="s2-split-brain"' in text
    assert "frozen-node" not in text
    assert (folder / run_folder.REPORT).read_bytes() == whole
    with pytest.raises(ConfigError, match="there is no record 0, 4"):
        run_folder.rebuild(folder, (0, 3, 4))


def test_a_half_written_compressed_record_keeps_the_good_verdicts(folder: Path) -> None:
    run_folder.recheck(folder)
    run_folder.end(folder)
    packed = folder / f"{run_folder.TIMELINE}.gz"
    second = [place for place, _ in timeline_file.scan(folder / run_folder.TIMELINE)][1]
    packed.write_bytes(packed.read_bytes()[: second.member + 200])
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    again = run_folder.recheck(folder)
    assert "still has the verdicts of the complete record: split-brain FAIL" in again.note
    [whole, half] = again.results
    assert (whole.status, whole.notes) == (PASS, ())
    [note] = half.notes
    assert re.fullmatch(r"timeline\.jsonl\.gz is half-written: it ends at byte \d+ .*: copy it again", note)
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before, "nothing is lost"
    loaded = run_folder.load(folder)
    assert [one.name for one in loaded.results] == [*JUDGED]
    assert [loaded.source.verdicts(one) for one in loaded.results] == [*JUDGED.values()]
    run_folder.rebuild(folder)
