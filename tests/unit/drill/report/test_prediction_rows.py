from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drill.checks.verdict import FAIL, PASS, UNKNOWN
from drill.record.header import Prediction
from drill.report.prediction_rows import PredictionRow, figures, line, read, row_of
from drill.report.result import ScenarioResult
from drill.suite import judged
from inventory.errors import LabError
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
    assert (found.count, found.inside, found.middles, found.left_out) == (3, 2, 1, 2)
    assert found.widest == pytest.approx(2.0)


def test_each_token_has_figures_of_its_own() -> None:
    assert [one.token_s for one in figures([row(6, 8), row(6, 8, token_s=1.0)])] == [3.0, 1.0]
    assert figures(()) == ()


def test_a_line_that_is_no_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line(row(6, 8)) + '{"scenario": 1}\n')
    with pytest.raises(LabError, match=r"rows\.jsonl:2: no row of this benchmark"):
        read(path)
