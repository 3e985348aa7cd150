"""Records of format 1, from before records had a format number: reading, judging, drawing and comparing them.

tests/cases/records/format-1.jsonl was recorded on docker nodes (scenario `order`). To shorten it, most of the requests
and readings in which nothing changes were removed, and the times were rounded.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from drill.checks.verdict import PASS
from drill.record import format_1
from drill.record.header import Awaited, CheckRow, FailCount, OperationEntry, OrderRow, Prediction
from drill.record.timeline import Event
from drill.record.timeline_file import append, lines, read
from drill.report import run_folder
from drill.report.comparison import compare
from tests.support.example_lab import CASES, NODE1, NODE2

RECORD = CASES / "records" / "format-1.jsonl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's folder as it was left before anything was judged."""
    (tmp_path / "runs").mkdir()
    shutil.copy(RECORD, tmp_path / "runs" / run_folder.TIMELINE)
    return tmp_path / "runs"


def test_every_part_of_the_header_is_found_again() -> None:
    header = read(RECORD).header
    assert (header.scenario, header.fault, header.step, header.platform) == (
        *("order", "standby", "7.1"),
        "debian12",
    )
    assert header.overrides == "stickiness 100, location score 500"
    assert header.orders == (OrderRow("WebIP", "WebServer"),)
    assert header.checks[0] == CheckRow("order_held", {})
    assert header.checks[3] == CheckRow("runs_on", {"role": "peer", "when": "fault"})
    assert (header.budget_s, header.token_s, header.consensus_s) == (5.0, 3.0, 3.6)
    assert isinstance(header.prediction, Prediction)
    assert (header.prediction.least, header.prediction.most) == (0.0, 9.1)
    assert header.roles["peer"] == NODE2
    assert header.before is not None
    assert header.before == header.after
    assert header.awaited is not None
    assert header.awaited[0] == Awaited(f"The service answers with the page of {NODE2}", 30.0, 3.348)
    assert header.operations is not None
    assert OperationEntry("WebServer", "stop", NODE1, 1795689231, 0, 15) in header.operations
    assert (header.failcounts, header.leftovers, header.error) == ((), (), "")
    assert header.probe is not None
    assert header.probe.slots == 136
    assert header.reset_s is not None


def test_readings_and_events_are_the_same_as_ever() -> None:
    one = read(RECORD)
    assert one.events[0] == Event(1.3792, "inject", "standby", NODE1)
    kinds = [event.kind for event in one.events]
    assert kinds == ["inject", "landed", "heal", "note", "note", "healed", "settled"]
    assert {reading.node for reading in one.node_readings} == {NODE1, NODE2}


def test_recheck_report_and_compare_work(folder: Path) -> None:
    run = run_folder.recheck(folder)
    verdicts = run.source.verdicts(run.results[0])
    assert {one.status for one in verdicts} == {PASS}, [one.description for one in verdicts]
    assert len(verdicts) == 12
    (folder / run_folder.REPORT).unlink()
    run_folder.rebuild(folder)
    page = (folder / run_folder.REPORT).read_text(encoding="utf-8")
    assert "0.00 to 9.10 s" in page
    assert "First the address, then the web server" in page
    assert "  nothing" in compare(run, run).lines()


def test_it_is_written_in_the_present_format(folder: Path) -> None:
    one = read(folder / run_folder.TIMELINE)
    new = folder.parent / "new.jsonl"
    append(new, one)
    assert read(new) == one
    assert {next(iter(json.loads(line))) for line in lines(one)} == {"header", "sample", "reading", "event"}


def test_old_and_new_records_may_share_a_file(folder: Path) -> None:
    one = read(folder / run_folder.TIMELINE)
    append(folder / run_folder.TIMELINE, one)
    assert len(run_folder.recheck(folder).results) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"bounds": {}}, {"prediction": None}),
        ({"bounds": {"least": 1, "most": None}}, {"prediction": {"least": 1, "most": None}}),
        ({"given": "two_node", "again": True}, {"overrides": "two_node", "second_try": True}),
        ({"order": [["a", "b"]]}, {"orders": [{"first": "a", "then": "b"}]}),
        (
            {"checks": [["quorum", {"role": "peer"}]]},
            {"checks": [{"id": "quorum", "parameters": {"role": "peer"}}]},
        ),
        ({"failcounts": [{"resource": "a", "node": "n", "count": "INFINITY"}]},
         {"failcounts": [{"resource": "a", "node": "n", "count": 1000000}]}),
        ({"failcounts": [{"resource": "a", "node": "n", "count": 2}]},
         {"failcounts": [{"resource": "a", "node": "n", "count": 2}]}),
        ({"token_ms": 3000, "seed": 7}, {"seed": 7}),
        ({"format": 9}, {}),
    ],
    ids=lambda value: json.dumps(value)[:40],
)  # fmt: skip
def test_a_field_is_translated(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert format_1.translate("meta", old) == ("more", new)


def test_infinity_is_a_number_now(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    path.write_text('{"timeline":{"failcounts":[{"resource":"a","node":"n","count":"INFINITY"}]}}\n')
    assert read(path).header.failcounts == (FailCount("a", "n", 1000000),)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('{"meta": {"checks": ["recovered"]}}', "checks cannot hold 'recovered'"),
        ('{"meta": {"checks": "recovered"}}', "checks cannot be 'recovered'"),
        ('{"meta": {"checks": [["recovered"]]}}', "checks cannot hold"),
        ('{"meta": {"checks": [["recovered", 3]]}}', "checks cannot hold"),
        ('{"meta": {"checks": [[["recovered"], {}]]}}', "checks cannot hold"),
        ('{"meta": {"checks": [null]}}', "checks cannot hold None"),
        ('{"meta": {"order": [["WebIP"]]}}', "order cannot hold"),
        ('{"meta": {"failcounts": [{"resource": "a", "node": "n", "count": "many"}]}}', "'many' is no score"),
        ('{"meta": {"failcounts": [{"resource": "a"}]}}', "count"),
        ('{"meta": {"failcounts": [5]}}', ""),
        ('{"meta": {"bounds": {"least": "soon"}}}', r"at `\$\.prediction\.least`"),
        ('{"meta": {"bounds": [1, 2]}}', r"at `\$\.prediction`"),
        ('{"meta": {"roles": "x"}}', r"at `\$\.roles`"),
        ('{"meta": {"before": 5}}', r"at `\$\.before`"),
        ('{"mark": {"at": 1, "kind": "boom"}}', r"Invalid enum value 'boom' - at `\$.kind`"),
        ('{"sight": {"at": 1}}', "asked"),
        ('{"reading": {}}', "'reading' is not a kind of format 1"),
        ('{"mark": [1]}', "mark must be an object"),
    ],
)
def test_a_spoilt_line_is_named(tmp_path: Path, row: str, words: str) -> None:
    path = tmp_path / "timeline.jsonl"
    path.write_text('{"timeline": {}}\n' + row + "\n")
    [note] = read(path).notes
    assert re.search(f"line 2 cannot be read: .*{words}", note), note
