"""The fencing matrix: which measurements are made, what a record becomes, and the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from benchmarks import fencing_matrix, fencing_table
from benchmarks.fencing_matrix import FAULTS, SETTINGS, FencingMatrix, keys, of_record, scenario
from benchmarks.measurements import Measurement, MeasurementsFile
from drill.execute.availability import unavailable
from drill.record.timeline import Timeline
from drill.scenarios.base import Inject, Scenario
from drill.scenarios.overrides import edited_cib
from inventory.errors import ConfigError, LabError
from tests.support.example_lab import CASES
from tests.support.fenced_lab import fenced_lab, fenced_session
from tests.support.fencing_records import FENCED, SPLIT, record

SESSION = fenced_session()
CONDITIONS = fencing_matrix.conditions(SESSION.lab, SESSION)
CIB = (CASES / "cib" / "2.1.5.xml").read_text()
DEVICE = (
    '<primitive id="fence_node1" class="stonith" type="fence_ipmilan"><instance_attributes id="a">'
    '<nvpair id="d" name="pcmk_delay_base" value="5s"/><nvpair id="i" name="ip" value="172.16.0.1"/>'
    "</instance_attributes></primitive></resources>"
)


def test_each_repeat_measures_everything() -> None:
    found = keys(["off", "delay"], ["freeze", "partition"], 2)
    assert len(found) == len(set(found)) == 8
    assert [one.number for one in found] == [0] * 4 + [1] * 4


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_scenario_runs_in_a_lab_with_fencing(setting: str, fault: str) -> None:
    one = scenario(SETTINGS[setting], fault)
    assert unavailable(one, SESSION) == ""
    assert one.writes
    bmc = [move.fault for move in one.moves if isinstance(move, Inject) and move.fault.startswith("bmc")]
    assert bmc == ([SETTINGS[setting].bmc] if SETTINGS[setting].bmc else [])


def test_the_settings_differ_in_the_cib() -> None:
    text = CIB.replace("</resources>", DEVICE)
    lab = fenced_lab()
    with_delay, without, off = (
        edited_cib(text, SETTINGS[name].overrides, lab) for name in ("delay", "no delay", "off")
    )
    assert "pcmk_delay_base" in with_delay
    assert "pcmk_delay_base" not in without
    assert 'name="ip"' in without
    assert 'name="stonith-enabled" value="false"' in off
    assert SETTINGS["no delay"].overrides.summary == "no pcmk_delay_base"


def test_a_stop_that_fails_has_no_time() -> None:
    """The time limit is that of the operation in the CIB, or of a new one."""
    overrides = scenario(SETTINGS["delay"], "stop-fails").overrides
    assert overrides.summary == "stop of web within 20ms"
    assert scenario(SETTINGS["delay"], "freeze").overrides.stop_timeouts == {}
    for text in (CIB, CIB.replace('name="stop"', 'name="other"')):
        edited = edited_cib(text, overrides, fenced_lab())
        web = edited[edited.index('<primitive id="WebServer"') :]
        stop = next(part for part in web.split("<op ")[1:] if 'name="stop"' in part)
        assert 'timeout="20ms"' in stop.partition(">")[0]


def test_a_fenced_node() -> None:
    found = of_record(FENCED, "freeze")
    assert found["fenced"] == ("node1",)
    assert found["fence"] == (7.0, 7.6), (
        "asked at 17.0 s, without power from 17.6 s on; the fault came at 10 s"
    )
    assert found["two_owners"] == (0, 0)
    assert found["lost_writes"] is None
    assert 10 < found["outage"][0] < 10.6


def test_a_split_brain() -> None:
    found = of_record(SPLIT, "partition")
    assert (found["fenced"], found["fence"]) == ((), None)
    assert found["two_owners"][0] > 13
    assert found["lost_writes"] == (140, 140)


def test_both_nodes_fenced_one_another() -> None:
    both = record("fenced", "freeze", power="node1 off 17-17.6, node2 off 17.1-17.5, node1 on 18-19")
    assert of_record(both, "freeze")["fenced"] == ("node1", "node2")


def test_what_is_fenced_after_the_heal_or_by_the_fault_itself_does_not_count() -> None:
    later = record("fenced", "freeze", power="node1 off 12-12.1 drill, node1 off 33-33.6")
    assert of_record(later, "freeze")["fenced"] == ()


def test_without_the_fault_nothing_counts() -> None:
    assert of_record(FENCED, "partition")["doubt"] == "the fault was not injected"


@dataclass
class Runner:
    """A drill in memory; `did` has the scenarios that ran."""

    record: Timeline = FENCED
    fails: Callable[[str], bool] = lambda name: False
    broken: LabError | None = None
    did: list[str] = field(default_factory=list)

    def run(self, one: Scenario, seed: int) -> Timeline:
        self.did.append(f"{one.name} {seed}")
        if self.fails(one.name):
            raise LabError("no answer")
        return self.record


def matrix(path: Path, runner: Runner) -> FencingMatrix:
    return FencingMatrix(
        runner,  # type: ignore[arg-type]
        MeasurementsFile(path, CONDITIONS),
        now=lambda: datetime(2026, 11, 27, tzinfo=timezone.utc),
    )


def test_it_stops_and_continues_with_what_is_missing(tmp_path: Path) -> None:
    path, runner = tmp_path / "fencing.jsonl", Runner()
    begun = matrix(path, runner)
    assert not begun.run(["off", "delay"], ["freeze"], 2, lambda: len(runner.did) >= 3)
    assert matrix(path, runner).run(["off", "delay"], ["freeze"], 2, lambda: False)
    assert sorted(runner.did) == sorted(
        f"bench-fencing-freeze-{s} {n}" for s in ("off", "delay") for n in (0, 1)
    )
    rows = MeasurementsFile(path, CONDITIONS).rows
    assert {row.fenced for row in rows} == {("node1",)}


def test_a_setting_that_does_not_work_is_left_out(tmp_path: Path) -> None:
    runner = Runner(fails=lambda name: name.endswith("off"))
    found = matrix(tmp_path / "fencing.jsonl", runner)
    assert not found.run(["off", "delay"], ["freeze"], 5, lambda: False)
    assert len([one for one in runner.did if "off" in one]) == fencing_matrix.MOST_FAILURES
    assert len([one for one in runner.did if "delay" in one]) == 5
    assert {row.doubt for row in found.file.rows if row.setting == "off"} == {
        "it could not be measured: no answer"
    }


def test_a_lab_that_cannot_be_healed_ends_it(tmp_path: Path) -> None:
    runner = Runner(fails=lambda name: True, broken=LabError("not healed"))
    with pytest.raises(LabError):
        matrix(tmp_path / "fencing.jsonl", runner).run(["off"], ["freeze"], 1, lambda: False)


def test_unknown_names_are_refused() -> None:
    assert fencing_matrix.chosen("", FAULTS, "--faults") == list(FAULTS)
    assert fencing_matrix.chosen("freeze, both", FAULTS, "--faults") == ["freeze", "both"]
    with pytest.raises(ConfigError, match="--faults: there is no 'meteor'"):
        fencing_matrix.chosen("meteor", FAULTS, "--faults")


def row(setting: str, number: int, **values: Any) -> Measurement:
    given = {"setting": setting, "what": "partition", "number": number, "value": SETTINGS[setting].number}
    return Measurement(**{"at": "", **given, **values})


def test_the_table() -> None:
    rows = [
        row("off", 0, outage=(0, 0), two_owners=(13.0, 14.0), fenced=(), lost_writes=(80, 84)),
        row("no delay", 0, outage=(9, 9.5), two_owners=(0, 0.0), fenced=("node2", "node1"), fence=(7.0, 7.4)),
        row("no delay", 1, outage=(0, 0), two_owners=(0, 0.0), fenced=("node2",), fence=(7.2, 7.5)),
        row("delay", 0, outage=(0, 0), two_owners=(0, 0.4), two_answers=(0, 0.0), fenced=("node2",),
            fence=(7.1, 7.5), lost_writes=(0, 0)),
        row("delay", 1, doubt="busy"),
    ]  # fmt: skip
    lines = fencing_table.table(rows).splitlines()
    assert [line.count("|") for line in lines] == [len(fencing_table.HEAD) + 1] * 5
    off, no_delay, delay = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:])
    assert off == [
        "partition",
        "off",
        "1",
        "13.00 to 14.00 s",
        "nobody 1",
        "0 of 1",
        "-",
        "none",
        "none",
        "80 to 84",
    ]
    assert no_delay[4:6] == ["node2 and node1 1, node2 1", "1 of 2"]
    assert delay[2:7] == ["1 (and 1 in doubt)", "none", "node2 1", "0 of 1", "7.10 to 7.50 s"]
    assert delay[-1] == "0"


def test_two_owners_by_both_kinds_of_evidence() -> None:
    owned = fencing_table.both_owned
    assert owned(row("off", 0, two_owners=(0, 2.0), two_answers=(0, 0.01))) == (0, 0.01)
    assert owned(row("off", 0, two_owners=(1.0, 2.0), two_answers=(1.5, 1.6))) == (1.5, 1.6)
    assert owned(row("off", 0, two_owners=(1.0, None))) == (1.0, None)
    assert owned(row("off", 0)) is None
