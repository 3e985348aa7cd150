"""What a scenario waits for: true exactly when the readings and requests after the last act say so."""

from __future__ import annotations

from typing import Any

import pytest

from drill.record.header import Header
from drill.record.timeline import NodeReading, Sample, Timeline
from drill.scenarios.conditions import (
    ANSWERS_IN_A_ROW,
    CONDITIONS,
    FAILURES_IN_A_ROW,
    ROLES,
    description,
    predicate,
    situation_since,
)
from inventory.errors import ConfigError
from tests.support.example_lab import NODE1, NODE2

ALIAS = {"active": NODE1, "passive": NODE2, "dc": NODE2, "target": NODE1, "peer": NODE2, "last": NODE2}
ON1 = {"WebIP": NODE1, "WebServer": NODE1}
APART, HALF = {"WebIP": NODE1, "WebServer": NODE2}, {"WebIP": NODE1, "WebServer": ""}
ON2 = {"WebIP": NODE2, "WebServer": NODE2}
CALM: dict[str, Any] = {
    "quorate": True,
    "members": (NODE1, NODE2),
    "dc": NODE2,
    "corosync": True,
    "placements": ON1,
}


def reading(node: str, at: float = 10.0, **more: Any) -> NodeReading:
    said = {"owns_vip": node == NODE1, "web": "running" if node == NODE1 else "stopped", **CALM, **more}
    return (
        NodeReading(asked=at, at=at + 0.05, node=node, **said) if said.get("seen", True) else gone(node, at)
    )


def gone(node: str, at: float = 10.0) -> NodeReading:
    return NodeReading(asked=at, at=at + 1.5, node=node, seen=False)


def samples(*answers: str, begin: float = 10.0) -> tuple[Sample, ...]:
    """Requests 50 ms apart: a node's page, or how they failed."""
    found = []
    for n, one in enumerate(answers):
        good = one in (NODE1, NODE2)
        outcome: Any = "ok" if good else one
        at = begin + n / 20
        found.append(Sample(at, at + 0.01, outcome=outcome, page=one if good else ""))
    return tuple(found)


def holds(text: str, *node_readings: NodeReading, asked: tuple[Sample, ...] = (), since: float = 9.0) -> bool:
    record = Timeline(Header(nodes=(NODE1, NODE2)), asked, node_readings)
    return predicate(text)(situation_since(record, since, ALIAS))


ALONE: dict[str, Any] = {"members": (NODE2,), "quorate": False, "placements": ON2}
DOWN: dict[str, Any] = {
    "owns_vip": False,
    "quorate": None,
    "members": (),
    "dc": "",
    "corosync": False,
    "placements": {},
}
CASES: list[tuple[str, bool, tuple[NodeReading, ...], tuple[Sample, ...]]] = [
    ("serving", True, (), samples(*[NODE1] * ANSWERS_IN_A_ROW)),
    ("serving", True, (), samples("refused", NODE1, NODE2, NODE1)),
    ("serving", False, (), samples(*[NODE1] * (ANSWERS_IN_A_ROW - 1))),
    ("serving", False, (), samples(NODE1, NODE1, NODE1, "timeout")),
    ("serving_from:peer", True, (), samples(*[NODE2] * ANSWERS_IN_A_ROW)),
    ("serving_from:peer", False, (), samples(NODE2, NODE1, NODE2)),
    ("serving_from:peer", True, (), tuple(Sample(at, at + 0.01) for at in (10.1, 10.2, 10.3, 10.4))),
    ("down", True, (), samples(*["refused"] * FAILURES_IN_A_ROW)),
    ("down", False, (), samples(*["refused"] * FAILURES_IN_A_ROW, NODE1)),
    ("down", False, (), samples("refused")),
    ("vip_nowhere", True, (reading(NODE1, owns_vip=False), reading(NODE2)), ()),
    ("vip_nowhere", True, (gone(NODE1), reading(NODE2)), ()),
    ("vip_nowhere", False, (gone(NODE1), gone(NODE2)), ()),
    ("vip_nowhere", False, (reading(NODE2),), ()),
    ("vip_nowhere", False, (reading(NODE1), reading(NODE2)), ()),
    ("vip_on:active", True, (reading(NODE1), reading(NODE2)), ()),
    ("vip_on:active", False, (reading(NODE1), reading(NODE2, owns_vip=True)), ()),
    ("vip_on:passive", False, (reading(NODE1), reading(NODE2)), ()),
    ("two_holders", True, (reading(NODE1), reading(NODE2, owns_vip=True)), ()),
    ("two_holders", False, (reading(NODE1), reading(NODE2)), ()),
    ("both_online", True, (reading(NODE1), reading(NODE2)), ()),
    ("both_online", False, (reading(NODE1, dc=""), reading(NODE2)), ()),
    ("both_online", False, (reading(NODE1, members=(NODE1,)), reading(NODE2)), ()),
    ("both_online", False, (reading(NODE1), reading(NODE2, quorate=False)), ()),
    ("both_online", False, (reading(NODE1), gone(NODE2)), ()),
    ("alone:peer", True, (reading(NODE2, **ALONE),), ()),
    ("alone:peer", False, (reading(NODE2),), ()),
    ("alone:peer", False, (gone(NODE2),), ()),
    ("without_cluster:peer", True, (reading(NODE2, **DOWN),), ()),
    ("without_cluster:peer", False, (reading(NODE2, **ALONE),), ()),
    ("without_quorum:peer", True, (reading(NODE2, **ALONE),), ()),
    ("without_quorum:peer", False, (reading(NODE2, **DOWN),), ()),
    ("without_quorum:peer", False, (reading(NODE2),), ()),
    ("with_quorum:peer", True, (reading(NODE2),), ()),
    ("with_quorum:peer", False, (reading(NODE2, **ALONE),), ()),
    ("with_quorum:peer", False, (reading(NODE2, **DOWN),), ()),
    ("placed_on:peer", True, (reading(NODE1, **DOWN), reading(NODE2, **ALONE)), ()),
    ("placed_on:peer", False, (reading(NODE1), reading(NODE2, **ALONE)), ()),
    ("placed_on:peer", False, (reading(NODE2, placements=HALF),), ()),
    ("placed_on:peer", False, (reading(NODE1, **DOWN),), ()),
    ("placed_apart", True, (reading(NODE1, placements=APART), reading(NODE2, placements=APART)), ()),
    ("placed_apart", False, (reading(NODE1, placements=HALF), reading(NODE2, placements=HALF)), ()),
    ("placed_apart", False, (reading(NODE1, placements=APART), gone(NODE2)), ()),
    ("placed", True, (reading(NODE1, placements=APART), reading(NODE2, placements=APART)), ()),
    ("placed", True, (reading(NODE1), reading(NODE2)), ()),
    ("placed", False, (reading(NODE1, placements=HALF), reading(NODE2, placements=APART)), ()),
    ("placed", False, (reading(NODE1), gone(NODE2)), ()),
    ("on_their_own:peer", True, (reading(NODE1, **DOWN), reading(NODE2, owns_vip=True, **ALONE)), ()),
    ("on_their_own:peer", True, (gone(NODE1), reading(NODE2, **ALONE)), ()),
    ("on_their_own:peer", False, (reading(NODE1), reading(NODE2, **ALONE)), ()),
    ("on_their_own:peer", False, (reading(NODE1, **DOWN), reading(NODE2)), ()),
    ("on_their_own:peer", False, (reading(NODE2, **{**ALONE, "dc": ""}),), ()),
    ("web_hung:target", True, (reading(NODE1, web="hung"),), ()),
    ("web_hung:target", False, (reading(NODE1, web="stopped"),), ()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted", "node_readings", "asked"), CASES)
def test_condition(
    text: str, wanted: bool, node_readings: tuple[NodeReading, ...], asked: tuple[Sample, ...]
) -> None:
    assert holds(text, *node_readings, asked=asked) is wanted


def test_every_condition_is_seen_to_hold_and_not_to_hold() -> None:
    for name in CONDITIONS:
        assert {wanted for text, wanted, _, _ in CASES if text.split(":")[0] == name} == {True, False}, name


def test_what_was_seen_before_the_last_act_does_not_count() -> None:
    assert not holds("vip_nowhere", reading(NODE1, owns_vip=False), reading(NODE2), since=10.01)
    assert not holds("serving", asked=samples(*[NODE1] * ANSWERS_IN_A_ROW), since=10.01)


def test_a_kept_connection_is_no_service() -> None:
    kept = tuple(Sample(10 + n, 10.1 + n, "keepalive", page=NODE1) for n in range(9))
    assert not holds("serving", asked=kept)


def test_the_last_reading_counts() -> None:
    assert holds("web_hung:target", reading(NODE1, 10.0), reading(NODE1, 11.0, web="hung"))
    assert not holds("web_hung:target", reading(NODE1, 11.0), reading(NODE1, 10.0, web="hung"))


@pytest.mark.parametrize("text", ["served", "serving:peer", "serving_from", "serving_from:nobody", "alone:"])
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(ConfigError) as error:
        predicate(text)
    assert error.value.hint


def test_a_time_out_can_tell_what_was_seen_last() -> None:
    record = Timeline(Header(nodes=(NODE1, NODE2)), samples("refused"), (reading(NODE1), gone(NODE2)))
    told = str(situation_since(record, 9.0, ALIAS))
    for part in (
        f"{NODE1}: holds the address, web running, quorum of 2",
        f"{NODE2} not seen",
        "refused at 10.00 s",
    ):
        assert part in told
    assert str(situation_since(Timeline(), 0.0, {})) == "no reading; no request"


def test_conditions_have_a_description_with_the_node_in_it() -> None:
    assert description("alone:peer", ALIAS) == f"The corosync of {NODE2} sees no other member"
    assert description("serving_from:peer", {}) == "The service answers with the page of peer", "no role yet"
    for name, one in CONDITIONS.items():
        text = description(f"{name}:peer" if one.needs_role else name, ALIAS)
        assert (NODE2 in text) == one.needs_role, text
    assert set(ALIAS) == set(ROLES)


THREE = (NODE1, NODE2, "node3.magedu.com")
NODE3 = THREE[2]
SPLIT = {"active": NODE1, "passive": NODE2, "target": NODE1, "peer": f"{NODE2} {NODE3}"}
LEFT: dict[str, Any] = {"members": (NODE2, NODE3), "owns_vip": False, "placements": ON2}
ON3 = {"WebIP": NODE3, "WebServer": NODE3}


@pytest.mark.parametrize(
    ("text", "wanted", "node_readings"),
    [
        ("alone:peer", True, (reading(NODE2, **LEFT), reading(NODE3, **LEFT))),
        ("alone:peer", False, (reading(NODE2, **LEFT), reading(NODE3, **{**LEFT, "members": THREE}))),
        ("alone:peer", False, (reading(NODE2, **LEFT),)),
        ("without_quorum:peer", True, (reading(NODE2, quorate=False), reading(NODE3, quorate=False))),
        ("without_quorum:peer", False, (reading(NODE2, quorate=False), reading(NODE3))),
        ("placed_on:peer", True, (reading(NODE2, **LEFT), reading(NODE3, **LEFT))),
        ("placed_on:peer", True, (reading(NODE2, placements=ON3), reading(NODE3, placements=ON3))),
        ("placed_on:peer", False, (reading(NODE2, placements=ON2), reading(NODE3, placements=ON3))),
        ("placed_on:peer", False, (reading(NODE2, placements={"WebIP": NODE2, "WebServer": NODE3}),)),
        ("placed_on:peer", False, (reading(NODE2, placements=ON1), reading(NODE3, placements=ON1))),
        ("vip_on:peer", True, (gone(NODE1), reading(NODE2, owns_vip=True), reading(NODE3))),
        ("vip_on:peer", False, (gone(NODE1), reading(NODE2, owns_vip=True), reading(NODE3, owns_vip=True))),
        ("vip_on:peer", False, (reading(NODE1), reading(NODE2), reading(NODE3))),
    ],
)
def test_a_role_of_several_nodes(text: str, wanted: bool, node_readings: tuple[NodeReading, ...]) -> None:
    record = Timeline(Header(nodes=THREE), (), node_readings)
    assert predicate(text)(situation_since(record, 9.0, SPLIT)) is wanted


def test_a_page_of_one_of_several_nodes() -> None:
    def served(*pages: str) -> bool:
        asked = tuple(
            Sample(10 + n / 20, 10.01 + n / 20, outcome="ok", page=one) for n, one in enumerate(pages)
        )
        return predicate("serving_from:peer")(
            situation_since(Timeline(Header(nodes=THREE), asked), 9.0, SPLIT)
        )

    assert served(NODE3, NODE3, NODE3)
    assert not served(NODE2, NODE3, NODE3), "two nodes answer"
    assert not served(NODE1, NODE1, NODE1)
    assert description("alone:peer", SPLIT) == f"The corosync of {NODE2} and {NODE3} sees no other member"
    assert (
        description("vip_on:peer", SPLIT) == f"{NODE2} or {NODE3} holds the address, and no other node does"
    )
