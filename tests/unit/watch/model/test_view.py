from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.example_lab import NODE1, NODE2
from tests.support.watched import (
    BEGIN,
    BOTH,
    STALE_S,
    failover,
    healthy,
    judged,
    lab,
    reading,
    sample,
    silent,
    state_of,
    up,
)
from watch.model.clients import fault_cells
from watch.model.facts import Fact, NotUp, Up
from watch.model.state import State
from watch.model.tile import tile
from watch.model.view import JUDGED_STALE, View, view


def seen(*facts: Fact, now: float = 1.0) -> View:
    return view(state_of([up(), *facts]), BEGIN + now)


def test_a_healthy_lab() -> None:
    found = seen(*healthy())
    assert (found.up, found.owners, found.unsure, found.quorum, found.dc) == (True, (NODE1,), (), True, NODE1)
    assert (found.health, found.split) == ((), False)
    assert [(one.name, one.good, one.node) for one in found.clients] == [("probe", True, NODE1)]
    assert [(one.id, [place.node for place in one.places]) for one in found.resources] == [
        ("WebIP", [NODE1]),
        ("WebServer", [NODE1]),
    ]
    assert found.resources[1].scores == {NODE1: "600", NODE2: "-INFINITY"}


def test_before_anything_is_known_everything_is_unknown() -> None:
    found = view(State(), BEGIN)
    assert (found.up, found.health, found.quorum, found.dc, found.owners) == (None, None, None, "", ())
    assert view(state_of([NotUp(BEGIN, "no lab")]), BEGIN).why == "no lab"


@pytest.mark.parametrize("age", [STALE_S - 0.1, STALE_S + 0.1])
def test_an_old_reading_and_an_old_answer_are_unknown_and_never_shown_as_fresh(age: float) -> None:
    found = seen(*healthy(0.0), now=age)
    known = age < STALE_S
    assert [one.seen for one in found.nodes] == ["seen" if known else "unknown"] * 2
    assert found.owners == ((NODE1,) if known else ())
    assert found.unsure == (() if known else BOTH)
    assert found.quorum is (True if known else None)
    assert found.dc == (NODE1 if known else "")
    assert [one.places == () for one in found.resources] == [not known] * 2
    assert found.clients[0].good is (True if known else None)
    if not known:
        one = found.nodes[0]
        assert (one.holds, one.web, one.quorum, one.members, one.dc) == (None, "", None, (), "")
        assert one.since == BEGIN, "only when it was seen last is still told"


@pytest.mark.parametrize("age", [JUDGED_STALE * STALE_S - 0.3, JUDGED_STALE * STALE_S + 0.3])
def test_an_old_judgement_is_unknown(age: float) -> None:
    found = seen(judged(0.0, "WebIP is not configured"), now=age)
    known = age < JUDGED_STALE * STALE_S
    assert found.health == (("WebIP is not configured",) if known else None)
    assert bool(found.resources[0].scores) is known


def test_a_silent_node_is_not_an_unknown_one() -> None:
    found = seen(*healthy(), silent(NODE1, 1.0), reading(NODE2, 1.0, NODE2, (NODE2,)))
    assert [one.seen for one in found.nodes] == ["silent", "seen"]
    assert (found.owners, found.unsure) == ((NODE2,), (NODE1,))
    assert found.dc == NODE2


def test_two_owners_and_a_partition_are_shown() -> None:
    found = seen(reading(NODE1, 1.0, NODE1, (NODE1,)), reading(NODE2, 1.0, NODE2, (NODE2,)))
    assert (found.owners, found.split, found.quorum, found.dc) == ((NODE1, NODE2), True, True, "")
    assert [place.node for place in found.resources[0].places] == [NODE1, NODE2]
    assert found.resources[0].places[0].says == (NODE1,)


def test_when_nodes_differ_about_the_quorum_it_is_not_told_as_one() -> None:
    found = seen(reading(NODE1, 1.0), reading(NODE2, 1.0, quorate=False))
    assert found.quorum is None
    assert [one.quorum for one in found.nodes] == [True, False]


def test_a_node_without_a_cluster_does_not_decide_about_the_quorum() -> None:
    found = seen(reading(NODE1, 1.0), reading(NODE2, 1.0, quorate=None, members=BOTH, dc="", placements={}))
    assert (found.quorum, found.dc) == (True, NODE1)


def test_a_lab_that_is_not_up_shows_its_nodes_as_unknown() -> None:
    found = view(state_of([up(), *healthy(), NotUp(BEGIN + 1, "no machine runs")]), BEGIN + 1)
    assert (found.up, found.why) == (False, "no machine runs")
    assert [one.seen for one in found.nodes] == ["unknown", "unknown"]


def test_views_are_equal_while_nothing_changes() -> None:
    one, other = seen(*healthy(0.0), now=0.6), seen(*healthy(0.0), now=0.8)
    assert replace(one, now=0.0) == replace(other, now=0.0)


def test_clients_that_sent_nothing_are_left_out_but_for_the_probe() -> None:
    assert [one.name for one in seen(sample(0.5, client="routed")).clients] == ["probe", "routed"]


def test_a_resource_that_only_the_cluster_shows_is_shown_too() -> None:
    found = seen(reading(NODE1, 1.0, placements={"WebIP": NODE1, "extra": ""}))
    assert [(one.id, [place.node for place in one.places]) for one in found.resources] == [
        ("WebIP", [NODE1]),
        ("WebServer", [""]),
        ("extra", [""]),
    ]


@pytest.mark.parametrize(
    ("spans", "text"),
    [
        ((), " " * 12),
        (((0, None),), "F" * 12),
        (((-15, -5),), " " * 10 + "FF"),
        (((-120, -119),), "F" + " " * 11),
    ],
)
def test_faults_in_cells(spans: tuple[tuple[float, float | None], ...], text: str) -> None:
    at = tuple((1000 + since if since else 0, until and 1000 + until) for since, until in spans)
    assert fault_cells(at, 1000, 12) == text


@pytest.mark.parametrize(
    ("facts", "now", "answers", "health"),
    [
        (failover(20, 26), 29.0, (True, "node2"), ("node1.magedu.com does not answer over ssh",)),
        (failover(20, 26)[:-40], 60.0, (None, ""), None),
        ([*healthy(), sample(0.5, outcome="refused")], 1.0, (False, "refused"), ()),
    ],
)
def test_a_tile_says_it_in_short(facts: list[Fact], now: float, answers: object, health: object) -> None:
    found = tile(4, view(state_of(facts, state_of([Up(BEGIN, lab())])), BEGIN + now))
    assert (found.number, (found.good, found.answers), found.health) == (4, answers, health)
    assert len(found.cells) <= 60
    assert len(found.told) <= 3
