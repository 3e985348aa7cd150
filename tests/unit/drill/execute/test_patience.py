"""How long a scenario waits: thirty seconds, and longer where the cluster's own times ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.checks.verdict import PASS
from drill.faults import registry as faults
from drill.record.header import Awaited
from drill.report.result import ScenarioResult
from drill.scenarios.base import Await, Inject, Read
from drill.scenarios.overrides import Overrides
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_drill import FakeDrill
from tests.support.fake_lab import CRACK


class Slow(FakeDrill):
    """A lab whose corosync waits 20 s for a token, and whose peer takes over after 42 s."""

    takes = 42.0

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.totem_ms = (20000, 24000)

    @property
    def holder(self) -> str:
        since = self.cracked.get(NODE1)
        if since is None:
            return NODE1
        return NODE2 if self.time > since + self.takes else ""


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Slow:
    monkeypatch.setattr(faults, "get", lambda name: CRACK)
    return Slow(tmp_path)


def awaited(result: ScenarioResult) -> tuple[Awaited, ...]:
    assert result.timeline.header.awaited is not None
    return result.timeline.header.awaited


def most(result: ScenarioResult) -> float:
    """The upper bound of the prediction (seconds)."""
    prediction = result.timeline.header.prediction
    assert prediction is not None
    assert prediction.most is not None
    return prediction.most


def test_what_comes_within_the_prediction_is_waited_for(slow: Slow) -> None:
    entry = slow.run(Inject("crack"), Await("serving_from:peer"), kind="crash")
    assert entry.status == PASS, [one.description for one in entry.verdicts]
    [row] = awaited(entry)
    assert row.at is not None
    assert row.at > slow.takes
    assert row.within == most(entry) + 10


def test_a_readers_patience_is_the_same(slow: Slow) -> None:
    entry = slow.run(Inject("crack"), Read("peer", "corosync-quorumtool -s", "WaitForAll"), kind="crash")
    [row] = awaited(entry)
    assert row.within == most(entry) + 10


def test_where_nothing_can_be_predicted_the_loss_of_a_token_is_waited_for(slow: Slow) -> None:
    stop = Overrides(properties={"no-quorum-policy": "stop"})
    for more in ({}, {"kind": "crash", "overrides": stop}):
        entry = slow.run(Inject("crack"), Await("down"), **more)
        assert awaited(entry)[0].within == pytest.approx(20 + 24 + 10)


def test_short_times_leave_the_rows_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "get", lambda name: CRACK)
    entry = FakeDrill(tmp_path).run(
        Inject("crack"), Await("serving_from:peer"), Await("serving", 50), kind="crash"
    )
    assert [row.within for row in awaited(entry)] == [30, 50]
