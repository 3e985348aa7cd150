"""The token curve: which measurements are made, what a record becomes, and what ends the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmarks import token_curve
from benchmarks.host_pauses import LONGEST_S, SHORTEST_S, Seen, pause_length
from benchmarks.measurements import MeasurementsFile
from benchmarks.token_change import with_token
from benchmarks.token_curve import TokenCurve, keys, of_record
from drill.record.header import Awaited, ProbeFigures
from drill.record.timeline import Timeline
from drill.scenarios.base import Scenario
from inventory.errors import LabError
from inventory.session import LabSession
from tests.support.fake_session import fake_session
from tests.support.timeline_notation import timeline

SESSION = fake_session()
CONDITIONS = token_curve.conditions(SESSION.lab, SESSION, 1)
FREEZE = {
    "check": "recovered", "kind": "good", "why": "", "from": "failover",
    "probe": "node1 0-10, refused 10-11.5, node2 11.5-40",
}  # fmt: skip
RECORD = timeline(FREEZE)
SEEN = Seen(outage=(0.3, 0.4), pause=(0.9, 0.95), token_lost=True, lost=False, moved=False, late_s=0.0)


@dataclass
class Bench:
    """The parts of a benchmark in memory; `did` tells what was done."""

    path: Path
    did: list[str] = field(default_factory=list)
    record: Timeline = RECORD
    seen: Seen = SEEN
    fails: Callable[[int], bool] = lambda number: False
    measured: int = 0
    healed: bool = False

    # The change of the token

    @property
    def steady(self) -> Bench:
        return self

    def wait(self, session: LabSession) -> None:
        self.did.append("steady")

    def set(self, token_ms: int) -> LabSession:
        if f"token {token_ms}" not in self.did:
            self.did.append(f"token {token_ms}")
        return replace(SESSION, lab=with_token(SESSION.lab, token_ms))

    @property
    def session(self) -> LabSession:
        return SESSION

    def verify(self, session: LabSession) -> None:
        if self.healed:
            raise LabError("corosync does not run with the token 400 ms, but with 3 s")

    # The runner and the pauses

    def run(self, scenario: Scenario, seed: int) -> Timeline:
        self._measured(f"{scenario.name} {seed}")
        return self.record

    def stop(self, seconds: float) -> Seen:
        self._measured(f"stop {seconds:.1f}")
        return self.seen

    def load(self) -> Seen:
        self._measured("load")
        return self.seen

    def _measured(self, what: str) -> None:
        self.measured += 1
        if self.fails(self.measured):
            raise LabError("node1 does not answer")
        self.did.append(what)

    def curve(self) -> TokenCurve:
        parts: Any = self
        file = MeasurementsFile(self.path, CONDITIONS)
        now = datetime(2026, 11, 26, 18, tzinfo=timezone.utc)
        return TokenCurve(parts, file, lambda session: parts, lambda session: parts, now=lambda: now)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "token.jsonl")


def never() -> bool:
    return False


def test_token_by_token() -> None:
    found = [(key.setting, key.what, key.number) for key in keys([400, 1000], ["freeze", "load"], 2)]
    assert found[:4] == [
        ("token 400 ms", "freeze", 0),
        ("token 400 ms", "freeze", 1),
        ("token 400 ms", "load", 0),
        ("token 400 ms", "load", 1),
    ]
    assert len(found) == 8


def test_everything_once_and_then_nothing(bench: Bench) -> None:
    assert bench.curve().run([400, 1000], ["freeze", "pause", "load"], 1, never)
    stop = f"stop {pause_length(1, 0):.1f}"
    assert bench.did == ["token 400", "freeze 0", stop, "load", "token 1000", "freeze 0", stop, "load"]
    bench.did.clear()
    again = bench.curve()
    assert again.run([400, 1000], ["freeze", "pause", "load"], 1, never)
    assert bench.did == []
    assert [row.outage for row in again.file.rows[:2]] == [of_record(RECORD)["outage"], (0.3, 0.4)]
    assert again.run([400], ["freeze"], 2, never)
    assert bench.did == ["token 400", "freeze 1"]


def test_the_time_is_over(bench: Bench) -> None:
    times = iter([False, False, True])
    assert not bench.curve().run([400], ["freeze"], 5, lambda: next(times))
    assert bench.did == ["token 400", "freeze 0", "freeze 1"]


def test_a_failed_measurement_does_not_count(bench: Bench) -> None:
    bench.fails = lambda number: number == 1
    curve = bench.curve()
    assert not curve.run([400], ["freeze"], 2, never)
    assert [row.doubt for row in curve.file.rows] == ["it could not be measured: node1 does not answer", ""]
    assert bench.did == ["token 400", "steady", "freeze 1"]
    assert [key.number for key in curve.file.missing(keys([400], ["freeze"], 2))] == [0]


def test_a_token_that_cannot_be_had_is_left(bench: Bench) -> None:
    bench.fails = lambda number: number <= token_curve.MOST_FAILURES
    curve = bench.curve()
    assert not curve.run([200, 1000], ["freeze"], 9, never)
    assert len(curve.file.rows) == token_curve.MOST_FAILURES + 9, "the other token is measured all the same"
    assert {row.setting for row in curve.file.rows if not row.doubt} == {"token 1000 ms"}


def test_a_measurement_with_another_token_does_not_count(bench: Bench) -> None:
    bench.healed = True
    curve = bench.curve()
    assert not curve.run([400], ["freeze"], 1, never)
    assert [(row.outage, row.doubt) for row in curve.file.rows] == [
        (None, "it could not be measured: corosync does not run with the token 400 ms, but with 3 s")
    ]


@pytest.mark.parametrize(("late", "counts"), [(0.19, True), (0.21, False)])
def test_a_late_machine_may_be_the_cause_of_a_loss(bench: Bench, late: float, counts: bool) -> None:
    bench.seen = replace(SEEN, late_s=late, lost=True)
    curve = bench.curve()
    curve.run([400], ["pause", "load"], 1, never)
    assert [row.doubt == "" for row in curve.file.rows] == [counts, True], "under load it is meant to be late"
    assert [row.lost for row in curve.file.rows] == [True, True]


def changed(**fields: Any) -> Timeline:
    return replace(RECORD, header=replace(RECORD.header, **fields))


@pytest.mark.parametrize(
    ("record", "doubt"),
    [
        (RECORD, ""),
        (changed(error="node2 is gone"), "the drill itself failed: node2 is gone"),
        (
            changed(awaited=(Awaited("it serves", 30.0),)),
            "the awaited condition did not become true: it serves",
        ),
        (changed(probe=ProbeFigures(100, 20, 0.3)), "20 of 100 slots"),
    ],
)
def test_what_a_record_is_worth(record: Timeline, doubt: str) -> None:
    found = of_record(record)
    assert found["doubt"].startswith(doubt) if doubt else not found["doubt"]
    assert found["outage"][0] == pytest.approx(1.4, abs=0.11)
    assert found["outage"][1] > 1.4


def test_a_record_without_an_outage() -> None:
    quiet = timeline({**FREEZE, "probe": "node1 0-40"})
    assert of_record(quiet)["outage"] == (0.0, 0.0)


def test_the_stops_cover_the_range_and_are_the_same_for_each_token() -> None:
    found = [pause_length(1, number) for number in range(20)]
    assert found == [pause_length(1, number) for number in range(20)]
    assert found != [pause_length(2, number) for number in range(20)]
    assert all(SHORTEST_S <= one <= LONGEST_S for one in found)
    assert widest(found) < 0.4, "no part of the range is left out"


def widest(lengths: Iterable[float]) -> float:
    ordered = sorted([SHORTEST_S, *lengths, LONGEST_S])
    return max(after - before for before, after in pairwise(ordered))


@pytest.mark.parametrize(
    ("pause", "lost", "doubt"),
    [
        ((0.45, 0.80), True, "too short for that"),
        ((0.45, 0.80), False, ""),
        ((0.75, 0.85), True, ""),
        ((1.2, 1.3), True, ""),
    ],
)
def test_a_stop_that_cannot_lose_the_token_is_not_its_cause(
    bench: Bench, pause: tuple[float, float], lost: bool, doubt: str
) -> None:
    """An idle ring holds the token for up to 0.19 of its time: a stop of 0.81 s can lose a token of 1 s."""
    bench.seen = replace(SEEN, pause=pause, token_lost=lost)
    curve = bench.curve()
    curve.run([1000], ["pause"], 1, never)
    [row] = curve.file.rows
    assert doubt in row.doubt
    assert bool(row.doubt) is bool(doubt)


def test_an_outage_after_the_heal_is_not_that_of_the_fault() -> None:
    """When a frozen node goes on, the cluster stops and starts what runs twice."""
    again = {**FREEZE, "probe": "node1 0-10, refused 10-11.5, node2 11.5-31, refused 31-36, node1 36-40"}
    found = of_record(timeline(again))
    assert found["outage"] == of_record(RECORD)["outage"]
    assert found["later"][0] == pytest.approx(4.9, abs=0.1)
    assert of_record(RECORD)["later"] == (0.0, 0.0)


def test_a_record_says_whether_the_address_moved() -> None:
    assert of_record(RECORD)["moved"] is True
    assert of_record(replace(RECORD, node_readings=()))["moved"] is None
    owner = tuple(one for one in RECORD.node_readings if one.node == RECORD.nodes[0] or not one.owns_vip)
    assert of_record(replace(RECORD, node_readings=owner))["moved"] is False
