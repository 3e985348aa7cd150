"""One scenario's record and verdicts, in figures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from drill.analysis.duration import ENDLESS, Duration
from drill.record.header import Prediction
from drill.record.timeline import Timeline
from drill.report.distribution import distribution_of
from drill.report.result import ScenarioResult, outage_summary
from drill.report.summary import summary_of
from tests.support import sample_timelines
from tests.support.example_lab import NODE1, NODE2

PREDICTED = Prediction(1.5, 8.6)


def stop(*nodes: str, prediction: Prediction | None = PREDICTED, outage: float = 0.35) -> ScenarioResult:
    """A graceful stop of some nodes at once, as the events name them ("": not named). node1 holds the address."""
    made = sample_timelines.graceful(prediction=prediction, roles={}, outage=outage)
    of_node = [one for one in made.events if one.node]  # all but `settled`
    events = tuple(structs.replace(one, node=node) for one in of_node for node in nodes)
    return ScenarioResult(replace(made, events=events), sample_timelines.passes("outage"))


@pytest.mark.parametrize(
    ("hit", "least"),
    [((NODE1,), 1.5), ((NODE2,), 0.0), (("",), 1.5), ((NODE1, NODE2), 1.5)],
    ids=["the owner", "the other node", "no node named", "both"],
)
def test_a_fault_on_a_node_without_the_address_may_cause_no_outage(
    hit: tuple[str, ...], least: float
) -> None:
    assert stop(*hit).predicted == Duration(least, 8.6)


def test_without_readings_nobody_knows_whether_the_node_held_the_address() -> None:
    one = stop(NODE2)
    assert replace(one, timeline=replace(one.timeline, node_readings=())).predicted == Duration(1.5, 8.6)


@pytest.mark.parametrize(
    ("prediction", "found"),
    [(None, None), (Prediction(1.5, None), Duration(0.0, ENDLESS))],
    ids=["none", "without end"],
)
def test_a_prediction_without_limits(prediction: Prediction | None, found: Duration | None) -> None:
    assert stop(NODE2, prediction=prediction).predicted == found


def test_the_summary_says_why_there_was_no_outage() -> None:
    assert outage_summary(undisturbed(stop(NODE2))) == (f"none ({NODE2} did not hold the address)",)
    assert outage_summary(undisturbed(stop(NODE1))) == ("none",)
    later = undisturbed(stop(NODE2), but=(15.0, 15.5))
    assert outage_summary(later)[0] == f"none by the fault ({NODE2} did not hold the address)"


def test_a_fault_that_is_not_proven_says_nothing_about_the_node() -> None:
    one = stop(NODE2)
    events = tuple(event for event in one.timeline.events if event.kind != "landed")
    unproven = replace(one, timeline=replace(one.timeline, events=events))
    assert outage_summary(undisturbed(unproven)) == ("none",)


def test_no_outage_is_as_predicted_when_the_node_did_not_hold_the_address() -> None:
    found = distribution_of([summary_of(undisturbed(stop(NODE2)))])
    assert (found.inside, found.outside) == (1, 0)


def undisturbed(one: ScenarioResult, but: tuple[float, float] = (0.0, 0.0)) -> ScenarioResult:
    """The same record, with an answer to each request, but not in one period (seconds)."""
    samples = tuple(
        structs.replace(sample, outcome="refused" if but[0] <= sample.sent < but[1] else "ok", detail="")
        for sample in one.timeline.samples
    )
    timeline: Timeline = replace(one.timeline, samples=samples)
    return replace(one, timeline=timeline)
