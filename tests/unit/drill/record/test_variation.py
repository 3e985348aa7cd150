"""Many timelines of a few recorded ones: the same for a seed, with other times, and judged like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.checks import registry as checks
from drill.checks.verdict import PASS, worst_status
from drill.record import stored_rows, timeline_file
from drill.record.variation import varied
from tests.support.example_lab import CASES

RECORDED = CASES.parent.parent / "docs" / "results" / "report" / "timeline.jsonl"


def test_the_same_seed_gives_the_same_rows() -> None:
    one, same, other = (list(varied(RECORDED, 3, seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_each_is_a_recorded_one_with_all_times_stretched(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    stored_rows.write(path, varied(RECORDED, 12, 1))
    made, recorded = timeline_file.read_all(path), timeline_file.read_all(RECORDED)
    assert [one.scenario for one in made] == [one.scenario for one in (*recorded, *recorded)][:12]
    for one, base in zip(made, (*recorded, *recorded), strict=False):
        assert one.header == base.header
        assert one.size == base.size
        factor = one.end / base.end
        assert factor != 1
        assert [a.sent / b.sent for a, b in zip(one.samples, base.samples, strict=True) if b.sent] == [
            pytest.approx(factor) for b in base.samples if b.sent
        ]
    assert {worst_status(checks.judge(one)) for one in made} == {PASS}
