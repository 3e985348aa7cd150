"""The stops of the walk, and their names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from classroom.texts import load, placeholders
from classroom.walk import beyond, guide, observe, tour
from classroom.walk.points import POINTS, Point
from classroom.walk.progress import Progress, Saved
from drill.execute.availability import unavailable
from inventory.errors import ConfigError
from inventory.model import Lab
from inventory.platforms.registry import PLATFORMS
from provision.steps.registry import STEPS
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab, nodes
from tests.support.fake_session import fake_session
from tests.support.walk_records import UP

LAB = example_lab()
THREE = example_lab(nodes=nodes(3), properties={"stonith-enabled": "false", "no-quorum-policy": "stop"})
TWO_NODE = example_lab(corosync={"two_node": True})
PLAIN = replace(LAB, colocations=(), orders=(), locations=())


def asked(lab: Lab) -> list[str]:
    return [point.id for point in POINTS if not point.unfit(lab)]


def test_the_points_stand_where_the_walkthrough_marks_them() -> None:
    ids = [stop.id for stop in tour.stops(LAB)]
    assert ids[ids.index("floating-address") + 1] == "quorum-lost"
    assert ids[ids.index("stickiness") + 1] == "stays"
    assert ids[ids.index("web-server") - 1] == "apart", "its question comes before the step"
    assert ids[-1] == tour.BEYOND
    assert len(ids) == len(STEPS) + len(POINTS) + 1
    assert [stop.id for stop in tour.stops(LAB) if stop.explained_later] == [
        "floating-address", "no-quorum-policy", "stickiness",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lab", "left_out"),
    [
        (LAB, set()),
        (THREE, {"quorum-ignored"}),
        (TWO_NODE, {"quorum-ignored"}),
        (PLAIN, {"together", "order-of-start", "fails-back"}),
        (replace(LAB, properties={"no-quorum-policy": "stop"}), {"quorum-ignored"}),
    ],
    ids=["lab.yaml", "three nodes", "two_node", "no constraints", "policy stop"],
)
def test_a_question_that_does_not_fit_is_not_asked(lab: Lab, left_out: set[str]) -> None:
    assert {point.id for point in POINTS} - set(asked(lab)) == left_out


@pytest.mark.parametrize("lab", [LAB, THREE, TWO_NODE], ids=["lab.yaml", "three nodes", "two_node"])
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_what_is_asked_can_happen(point: Point, lab: Lab) -> None:
    if point.id in asked(lab):
        assert unavailable(point.scenario(lab), fake_session(lab=lab)) == ""


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_the_texts_are_complete_on_every_platform(point: Point, platform: str) -> None:
    session = fake_session(platform)
    told = observe.words(point, session, UP)
    for text in (told.title, told.happens, told.concept, told.again, *(one.text for one in told.questions)):
        assert "{" not in text
        assert text
    assert "node1" in told.happens or point.id == "together", "it names the node to which it happens"
    assert {one.kind for one in told.questions} <= {"node", "yes or no", "resource", "seconds", "count"}


def test_names_and_number_of_nodes_come_from_lab_yaml() -> None:
    told = observe.words(POINTS[0], fake_session(lab=THREE), UP)
    assert "node2 and node3 stay." in told.happens
    assert told.questions[0].choices == ("node1", "node2", "node3", "nobody")


def test_an_address_that_runs_nowhere_cannot_be_observed() -> None:
    empty = UP[: UP.index("<status>")] + "<status/></cib>"
    with pytest.raises(Exception, match="WebIP runs on no node"):
        observe.words(POINTS[0], fake_session(), empty)


@pytest.mark.parametrize(
    ("name", "last", "wanted"),
    [
        ("6.2", False, "quorum-lost"),
        ("6.3", False, "no-quorum-policy"),
        ("6.3", True, "quorum-ignored"),
        ("quorum-ignored", False, "quorum-ignored"),
        ("7.2", False, "apart"),
        ("7.1.1", False, "together"),
        ("7.1.1", True, "colocation"),
        ("6", False, "stickiness"),
        ("beyond", False, "beyond"),
        ("6.4", False, "no-quorum-policy"),
        ("1.1", False, "names"),
    ],
)
def test_a_stop_is_found_by_number_and_id(name: str, last: bool, wanted: str) -> None:
    known = tour.stops(LAB)
    assert known[tour.named(name, known, last=last)].id == wanted


@pytest.mark.parametrize("name", ["9", "nonsense", "6.", "-1", "stays "])
def test_an_unknown_stop_is_told_with_those_that_there_are(name: str) -> None:
    known = tour.stops(LAB)
    with pytest.raises(ConfigError, match="There is no step") as error:
        tour.named(name, known)
    assert "6.2 quorum-lost" in error.value.hint
    assert "beyond beyond" in error.value.hint


def saved(stop: str) -> Saved:
    return Saved(CASES / "nowhere", Progress(stop=stop))


def part(
    stop: str, first: str = "", last: str = "", *, restart: bool = False, yes: bool = True
) -> tuple[str, str]:
    known = tour.stops(LAB)
    begin, end = guide.part(known, saved(stop), first, last, restart=restart, goes_on=lambda one: yes)
    return known[begin].id, known[end].id


def test_the_walk_goes_on_where_it_was_left() -> None:
    assert part("stays") == ("stays", "beyond")
    assert part("stays", yes=False) == ("names", "beyond")
    assert part("stays", restart=True) == ("names", "beyond")
    assert part("stays", first="7.2") == ("apart", "beyond")
    assert part("a stop of another version") == ("names", "beyond")
    assert part("") == ("names", "beyond")
    assert part("stays", last="3") == ("names", "start"), (
        "what was asked for is before the place where it was left"
    )
    with pytest.raises(ConfigError, match=r"--to 3 is before the beginning, 7.2"):
        part("", first="7.2", last="3")


def test_the_steps_before_a_stop_are_known() -> None:
    known = tour.stops(LAB)
    before = tour.steps_before(tour.named("7.2", known), known)
    assert [step.id for step in before] == [step.id for step in STEPS][: len(before)]
    assert before[-1].id == "pages"


def test_the_chapter_beyond_names_pages_and_commands_that_exist() -> None:
    found = beyond.chapter(fake_session())
    root = CASES.parent.parent
    assert len(found.topics) == 5
    for topic in found.topics:
        assert (root / topic.page).is_file(), topic.page
        assert topic.tries
        assert "{" not in topic.why


def test_placeholders_of_the_points_are_known() -> None:
    known = {*placeholders(fake_session()), "active", "others"}
    assert {"stickiness", "vip", "url"} <= known
    assert set(load("walk/points.yaml")) == {point.id for point in POINTS}
    assert {NODE1, NODE2} == {node.name for node in LAB.nodes}
