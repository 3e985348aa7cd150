"""What a lab learns of its own outages, and for which cluster it counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cluster import cib
from drill.execute.measured_times import MOST_ROWS, MeasuredTimes, Row, fingerprint
from drill.record.header import Prediction
from drill.record.timeline import Timeline
from drill.scenarios.overrides import Overrides, edited_cib
from tests.support.example_lab import CASES, example_lab
from tests.support.fake_session import fake_session
from tests.support.logged_takeover import LOGGED
from tests.support.timeline_notation import timeline

TEXT = (CASES / "cib" / "2.1.5.xml").read_text()
ROW = Row(
    "this",
    "move",
    "standby",
    "2026-11-26T10:00:00",
    {"stopped": 0.2, "started": 0.1, "answered": 0.1},
    0.3,
    0.4,
)


@pytest.fixture
def times(tmp_path: Path) -> MeasuredTimes:
    return MeasuredTimes(tmp_path / ".lab" / "measured_times.json")


def record(**header: object) -> Timeline:
    one = timeline({"check": "recovered", "from": "dead"})
    usual = {"logged": LOGGED, "consensus_s": 3.6, "token_s": 3.0, "prediction": None, "contention": 0.2}
    return replace(one, header=replace(one.header, **{**usual, **header}))  # type: ignore[arg-type]


def store(times: MeasuredTimes, *rows: Row) -> None:
    times._write([*times.rows(), *rows])


def test_a_record_is_learned_and_found_again(times: MeasuredTimes) -> None:
    rows = [times.learn(record(contention_before=0.1), "this") for _ in range(3)]
    assert times.rows() == tuple(rows)
    found = times.usable("this", "loss", 0.2)
    assert found.lengths["decided"] == pytest.approx((0.1,) * 3)
    assert found.lengths["membership"] == pytest.approx((0.02,) * 3)
    assert found.during == 0.2
    assert "dead, 20" in found.source


@pytest.mark.parametrize(
    "header",
    [
        {"error": "ssh broke"},
        {"logged": ()},
        {"consensus_s": None},
        {"prediction": Prediction(1.0, 6.8, coverage=0.998)},
        {"prediction": Prediction(7.2, 9.0, coverage=0.998)},
    ],
    ids=["the drill failed", "no journal", "no consensus", "longer than predicted", "shorter than predicted"],
)
def test_a_record_that_teaches_nothing(times: MeasuredTimes, header: dict[str, object]) -> None:
    assert times.learn(record(**header), "this") is None
    assert not times.path.exists()


def test_a_late_machine_teaches_nothing(times: MeasuredTimes) -> None:
    late = timeline({"check": "recovered", "from": "dead", "late": "12-13 processor 0"})
    assert times.learn(replace(late, header=record().header), "this") is None


def test_few_measurements_are_no_measurement(times: MeasuredTimes) -> None:
    store(times, ROW, ROW)
    assert times.usable("this", "move", 0.3).missing == (
        "2 outages of this course were measured, and 3 are needed (./lab measure)"
    )
    store(times, ROW)
    assert times.usable("this", "move", 0.3).lengths["stopped"] == (0.2, 0.2, 0.2)
    assert times.usable("this", "loss", 0.3).missing.startswith("0 outages")
    assert times.usable("that", "move", 0.3).missing.startswith("0 outages")


@pytest.mark.parametrize(("now", "known"), [(0.1, True), (0.54, True), (None, True), (0.6, False)])
def test_they_count_on_processors_that_are_as_contended(
    times: MeasuredTimes, now: float | None, known: bool
) -> None:
    store(times, ROW, ROW, ROW)
    found = times.usable("this", "move", now)
    assert bool(found.lengths) is known
    if not known:
        assert (
            "0 outages of this course were measured with about the same contention of the processors as now (60%)"
            in found.missing
        )


def test_on_contended_processors_nothing_is_predicted_and_nothing_learned(times: MeasuredTimes) -> None:
    store(times, *(replace(ROW, before=0.8) for _ in range(5)))
    assert times.usable("this", "move", 0.8).missing == (
        "programs waited for a processor in 80% of the last ten seconds, and times are predicted up to 70%"
    )
    assert times.learn(record(contention=0.8), "this") is None


def test_the_newest_are_kept_and_all_can_be_forgotten(times: MeasuredTimes) -> None:
    other = replace(ROW, fingerprint="that")
    store(times, other, *(replace(ROW, token_s=float(n)) for n in range(MOST_ROWS + 5)))
    kept = [one.token_s for one in times.rows() if one.fingerprint == "this"]
    assert len(kept) == MOST_ROWS
    assert kept[-1] == MOST_ROWS + 4
    assert other in times.rows(), "each kind of cluster has its own"
    times.forget()
    times.forget()
    assert times.rows() == ()


@pytest.mark.parametrize("text", ["", "[", '[{"course": "fall"}]', "{}"])
def test_a_file_that_cannot_be_read_counts_as_empty(times: MeasuredTimes, text: str) -> None:
    times.path.parent.mkdir()
    times.path.write_text(text)
    assert times.rows() == ()
    times.learn(record(), "this")
    assert len(times.rows()) == 1


def test_the_kind_of_a_cluster_is_what_its_times_depend_on() -> None:
    session, lab = fake_session(), example_lab()

    def kind(overrides: Overrides) -> str:
        return fingerprint(session, cib.parse(edited_cib(TEXT, overrides, lab)))

    usual = kind(Overrides())
    assert usual == kind(
        Overrides(stickiness=7, monitors={"web": "2s"}, properties={"no-quorum-policy": "stop"})
    )
    assert usual != kind(Overrides(without=("order",)))
    assert usual != fingerprint(fake_session("centos9"), cib.parse(TEXT))


def test_the_time_to_decide_is_that_of_outages_of_the_same_kind_of_node(times: MeasuredTimes) -> None:
    def loss(decided: float, dc_lost: bool) -> Row:
        phases = {"membership": 0.01, "decided": decided, "started": 0.1, "answered": 0.1}
        return replace(ROW, course="loss", phases=phases, dc_lost=dc_lost)

    store(times, *(loss(0.1, True) for _ in range(4)), *(loss(2.1, False) for _ in range(5)))
    assert set(times.usable("this", "loss", 0.3, False).lengths["decided"]) == {2.1}
    assert set(times.usable("this", "loss", 0.3, True).lengths["decided"]) == {0.1, 2.1}, "too few"
    store(times, loss(0.1, True))
    found = times.usable("this", "loss", 0.3, True).lengths
    assert set(found["decided"]) == {0.1}
    assert len(found["started"]) == 10, "the other phases do not depend on it"


def test_a_clone_makes_another_cluster() -> None:
    lab = example_lab()
    clone = replace(lab, resources=tuple(replace(one, clone=one.kind == "web") for one in lab.resources))
    live = cib.parse(TEXT)
    assert fingerprint(fake_session(lab=lab), live) != fingerprint(fake_session(lab=clone), live)
