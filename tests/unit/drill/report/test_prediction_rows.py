from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drill.checks.verdict import FAIL, PASS, UNKNOWN
from drill.record.header import Prediction
from drill.report.prediction_rows import (
    ENOUGH,
    PredictionRow,
    figures,
    goal_of,
    line,
    read,
    read_several,
    row_of,
)
from drill.report.result import ScenarioResult
from drill.suite import judged
from inventory.errors import LabError
from tests.support.example_lab import NODE1, NODE2
from tests.support.logged_takeover import LOGGED
from tests.support.timeline_notation import timeline


def result(prediction: Prediction | None, **header: object) -> ScenarioResult:
    one = timeline({"check": "outage_within_bounds", "from": "dead"})
    usual = {"logged": LOGGED, "consensus_s": 3.6, "token_s": 3.0, "prediction": prediction}
    return judged(replace(one, header=replace(one.header, **{**usual, **header})))  # type: ignore[arg-type]


def row(least: float, most: float, coverage: float | None = 0.998, **header: object) -> PredictionRow:
    found = row_of(
        result(Prediction(least, most, coverage=coverage, possible=(5.0, 13.0)), **header), "2026-11-26T10"
    )
    assert found
    return found


def test_a_row_has_outage_prediction_verdict_and_phases(tmp_path: Path) -> None:
    one = row(6.0, 8.0)
    assert (one.outage, one.predicted, one.verdict) == ((6.9, 7.11), (6.0, 8.0), PASS)
    assert [name for name, _, _ in one.phases] == ["lost", "membership", "decided", "started", "answered"]
    assert sum(seconds for _, seconds, _ in one.phases) == pytest.approx(sum(one.outage or ()) / 2)
    path = tmp_path / "rows.jsonl"
    path.write_text(line(one) * 2)
    assert read(path) == (one, one)
    assert read(tmp_path / "none") == ()


def test_without_a_prediction_there_is_no_row() -> None:
    assert row_of(result(None), "") is None
    assert row_of(result(Prediction(0, 1), token_s=None), "") is None


def test_what_counts_and_what_is_inside() -> None:
    rows = [row(6.0, 8.0), row(6.0, 6.8), row(7.05, 7.5), row(6.0, 13.0, None), row(6, 8, error="ssh broke")]
    assert [one.verdict for one in rows] == [PASS, FAIL, PASS, PASS, UNKNOWN]
    [found] = figures(rows)
    assert (found.scenario, found.token_s) == ("dead", 3.0)
    counted = found.verdicts
    assert (counted.count, counted.inside, counted.middles, found.left_out) == (3, 2, 1, 2)
    assert counted.widest == pytest.approx(2.0)
    assert (found.likely.count, found.likely.share, found.reached) == (0, None, None)


def test_each_token_has_figures_of_its_own() -> None:
    assert [one.token_s for one in figures([row(6, 8), row(6, 8, token_s=1.0)])] == [3.0, 1.0]
    assert figures(()) == ()


def test_a_line_that_is_no_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line(row(6, 8)) + '{"scenario": 1}\n')
    with pytest.raises(LabError, match=r"rows\.jsonl:2: no row of this benchmark"):
        read(path)


def likely(least: float, most: float, scenario: str = "freeze") -> PredictionRow:
    return replace(row(6.0, 9.0), scenario=scenario, likely=(least, most), likely_coverage=0.98)


def test_the_goals_are_for_the_likely_intervals() -> None:
    good = [likely(6.0, 8.25)] * ENOUGH
    [found] = figures(good)
    assert (found.goal, found.likely.count, found.likely.share, found.reached) == (2.25, ENOUGH, 1.0, True)
    assert figures(good[1:])[0].reached is None, "too few to say so"
    assert figures([*good, likely(6.0, 8.3)])[0].reached is False, "one is too wide"
    outside = likely(7.2, 8.0)
    assert figures([*good[1:], outside])[0].reached is True, "95 % are inside"
    assert figures([*good[2:], outside, outside])[0].reached is False
    assert figures([replace(one, scenario="web-kill") for one in good])[0].reached is None, "there is no goal"


def test_the_goal_of_a_scenario() -> None:
    assert (goal_of("standby", 5.0), goal_of("power-off", 5.0), goal_of("vip-removed", 5.0)) == (
        1.0,
        2.75,
        None,
    )


def test_an_outage_without_a_failed_request_is_inside_when_the_interval_begins_at_0() -> None:
    rows = [replace(likely(least, 0.5), outage=None) for least in (0.0, 0.1)]
    assert figures(rows)[0].likely.inside == 1


def test_a_row_says_whether_the_fault_hit_the_dc() -> None:
    assert row(6, 8).dc_lost is None
    assert row(6, 8, roles={"dc": NODE1, "target": NODE1}).dc_lost is True
    assert row(6, 8, roles={"dc": NODE2, "target": NODE1}).dc_lost is False


def test_the_files_of_several_machines_make_one_table(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    old, new = row(6, 8), replace(row(6, 8, token_s=1.0), at="2026-11-26T09")
    first.write_text(line(old))
    second.write_text(line(new) + line(old))
    assert read_several([first, second]) == (new, old), "in the order of time, and each once"
    with pytest.raises(LabError, match="no such file"):
        read_several([first, tmp_path / "none.jsonl"])
