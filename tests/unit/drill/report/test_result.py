"""One scenario's record and verdicts, in figures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from drill.analysis.duration import Duration
from drill.record.header import Prediction
from drill.report.result import ScenarioResult
from tests.support import sample_timelines
from tests.support.example_lab import NODE1, NODE2

PREDICTED = Prediction(1.5, 8.6)


@pytest.mark.parametrize(
    ("stopped", "least"),
    [(NODE1, 1.5), (NODE2, 0.0), ("", 1.5)],
    ids=["the owner", "the other node", "not known"],
)
def test_a_fault_on_a_node_without_the_address_may_cause_no_outage(stopped: str, least: float) -> None:
    made = sample_timelines.graceful(prediction=PREDICTED, roles={})
    events = tuple(structs.replace(one, node=stopped if one.node else "") for one in made.events)
    found = ScenarioResult(replace(made, events=events), sample_timelines.passes("outage"))
    assert found.predicted == Duration(least, 8.6)


def test_nothing_predicted() -> None:
    made = sample_timelines.graceful()
    made = replace(made, header=replace(made.header, prediction=None))
    assert ScenarioResult(made, ()).predicted is None
