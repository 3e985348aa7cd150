"""What happened, read from records: the answers to the walk's questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from classroom.walk.outcome import FACTS, Record, find
from classroom.walk.points import POINTS
from classroom.walk.prediction import NO, NOBODY, YES, Happened
from drill.record.timeline import Event, Timeline
from inventory.errors import LabError
from language import fast_yaml
from tests.support.example_lab import CASES, NODE1, NODE2
from tests.support.sample_timelines import not_landed, split_brain
from tests.support.walk_records import ROLES, captured, moved, nowhere, placed

TEXTS = fast_yaml.read((CASES.parent.parent / "classroom" / "walk" / "points.yaml").read_text())


def fact(reference: str, timeline: Timeline) -> Happened:
    return find(reference, Record(timeline, "WebIP", "WebServer"))


@pytest.mark.parametrize(
    ("reference", "timeline", "value"),
    [
        ("holder:during", moved(), "node2"),
        ("holder:after", moved(), "node2"),
        ("holder:during", nowhere(), NOBODY),
        ("answers:during", moved(), YES),
        ("answers:during", nowhere(), NO),
        ("together:during", placed(NODE1), YES),
        ("together:during", placed(NODE2), NO),
        ("answers:during", placed(NODE2), NO),
        ("answers:during", placed(NODE1, page=NODE1), YES),
        ("first_start", moved(), "WebIP"),
        ("first_stop", moved(), "WebServer"),
    ],
)
def test_a_choice_is_what_happened(reference: str, timeline: Timeline, value: str) -> None:
    found = fact(reference, timeline)
    assert found.known, found.text
    assert found.value == value


def test_a_length_is_an_interval() -> None:
    found = fact("down", moved())
    assert found.most is not None
    assert 0.2 <= found.least <= 0.35 <= found.most <= 0.6
    assert fact("interruptions", moved()).least == 1


def test_what_does_not_come_back_by_itself_has_no_end() -> None:
    found = fact("down", nowhere())
    assert found.known
    assert found.most is None
    assert "until the node was started again" in found.text


def test_what_came_back_only_with_the_node_has_no_end() -> None:
    one = moved()
    heal = next(event.at for event in one.events if event.kind == "heal")
    samples = tuple(
        sample if not 6.2 < sample.sent < heal + 0.5 else replace_with(sample, "refused")
        for sample in one.samples
    )
    assert fact("down", replace(one, samples=samples)).most is None


def replace_with(sample: Any, outcome: str) -> Any:
    return type(sample)(sample.sent, sample.done, sample.client, outcome)


def test_no_outage_is_zero_seconds() -> None:
    samples = tuple(type(one)(one.sent, one.done, one.client, "ok", NODE1, 200) for one in moved().samples)
    found = fact("down", replace(moved(), samples=samples))
    assert (found.known, found.least, found.most) == (True, 0.0, 0.0)


def test_two_owners_are_no_node() -> None:
    plain = split_brain()
    one = replace(plain, header=replace(plain.header, roles=ROLES, captured=(captured("during", 15.0),)))
    found = fact("holder:during", one)
    assert found.value not in ("node1", "node2", NOBODY)
    assert "node1 and node2" in found.text


@pytest.mark.parametrize(
    ("reference", "timeline", "why"),
    [
        ("holder:during", not_landed(), "did not take effect"),
        ("holder:after", nowhere(), "did not get so far"),
        ("holder:during", replace(moved(), node_readings=()), "no node was read"),
        ("answers:during", replace(moved(), samples=()), "0 of the last 0 requests"),
        ("down", replace(moved(), samples=()), "there was no request"),
        ("interruptions", replace(moved(), samples=()), "there was no request"),
        ("together:during", nowhere(), "not both of them ran"),
        ("first_start", nowhere(), "does not have both operations"),
        ("down", replace(moved(), header=replace(moved().header, error="ssh broke")), "ssh broke"),
        ("down", replace(moved(), events=(Event(6.0, "inject", "x", NODE1),)), "no event proves"),
    ],
)
def test_what_was_not_measured_is_not_told(reference: str, timeline: Timeline, why: str) -> None:
    found = fact(reference, timeline)
    assert not found.known
    assert why in found.text


def test_answers_now_and_then_are_no_answer() -> None:
    one = placed(NODE1, page=NODE1)
    mixed = tuple(
        sample if number % 2 else replace_with(sample, "refused") for number, sample in enumerate(one.samples)
    )
    assert "2 of the last 4" in fact("answers:during", replace(one, samples=mixed)).text


def test_every_question_is_answered_by_a_fact_and_every_fact_is_asked() -> None:
    named = {row["finds"].partition(":")[0] for text in TEXTS.values() for row in text["questions"]}
    assert named == set(FACTS)
    assert list(TEXTS) == [one.id for one in POINTS]


def test_a_question_refers_to_a_moment_that_its_scenario_keeps(lab: Any) -> None:
    for point in POINTS:
        kept = {getattr(move, "label", "") for move in point.scenario(lab).moves}
        wanted = {row["finds"].partition(":")[2] for row in TEXTS[point.id]["questions"]} - {""}
        wanted |= {one.partition(":")[2] for one in TEXTS[point.id]["reasons"]} - {"returned"}
        assert wanted <= kept, point.id


@pytest.fixture
def lab() -> Any:
    from tests.support.example_lab import example_lab  # noqa: PLC0415

    return example_lab()


def test_an_unknown_fact_is_a_defect() -> None:
    with pytest.raises(KeyError):
        fact("weather", moved())
    assert not issubclass(KeyError, LabError)
