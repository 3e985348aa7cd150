"""Checks about a role that several nodes have: three nodes, of which one or two are lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from drill.checks.registry import CHECKS
from drill.checks.verdict import FAIL, PASS, UNKNOWN
from drill.record.header import Header
from drill.record.timeline import Event, NodeReading, Sample, Timeline

ONE, TWO, THREE = (f"node{n}.magedu.com" for n in (1, 2, 3))
ALL = (ONE, TWO, THREE)
LANDED, HEAL, END = 10.0, 30.0, 40.0


def record(
    hit: tuple[str, ...],
    states: Mapping[str, dict[str, Any] | None],
    serves: str = "",
) -> Timeline:
    """Faults from LANDED to HEAL. `states` are those of the nodes meanwhile, None for a node that cannot be read."""
    calm = {"quorate": True, "members": ALL, "dc": ONE, "corosync": True}
    readings = []
    for tenth in range(int(END * 10)):
        at = tenth / 10
        for node in ALL:
            state: dict[str, Any] | None = {"placements": dict.fromkeys(("WebIP", "WebServer"), ONE)}
            broken = LANDED + 1 <= at < HEAL
            if broken:
                state = states[node]
            if state is None:
                readings.append(NodeReading(asked=at, at=at + 0.02, node=node, seen=False))
                continue
            owner = state.get("placements", {}).get("WebIP", "") == node
            readings.append(
                NodeReading(asked=at, at=at + 0.02, node=node, owns_vip=owner, **{**calm, **state})
            )
    samples = tuple(_sample(tenth / 10, serves) for tenth in range(int(END * 10)))
    events: list[Event] = []
    for node in hit:
        events.append(Event(at=LANDED - 0.5, kind="inject", label="freeze", node=node))
        events.append(Event(at=LANDED, kind="landed", label="freeze", node=node))
        events.append(Event(at=HEAL, kind="heal", label="freeze", node=node))
    left = " ".join(node for node in ALL if node not in hit)
    header = Header(
        nodes=ALL, resources=("WebIP", "WebServer"), roles={"target": " ".join(hit), "peer": left}
    )
    return Timeline(header, samples, tuple(readings), tuple(events))


def _sample(at: float, serves: str) -> Sample:
    page = serves if LANDED + 1 <= at < HEAL else ONE
    return Sample(at, at + 0.01, outcome="ok" if page else "refused", page=page)


def on(node: str, *, quorate: bool = True, members: tuple[str, ...] = (TWO, THREE)) -> dict[str, Any]:
    places = dict.fromkeys(("WebIP", "WebServer"), node)
    return {"placements": places, "quorate": quorate, "members": members}


def status(timeline: Timeline, check: str, **parameters: Any) -> tuple[str, str]:
    found = CHECKS[check].function(timeline, **parameters)
    return found.status, found.expected


@pytest.mark.parametrize(
    ("two", "three", "wanted"), [(True, True, PASS), (True, False, FAIL), (False, False, FAIL)]
)
def test_each_peer_keeps_quorum(two: bool, three: bool, wanted: str) -> None:
    states = {ONE: None, TWO: on(THREE, quorate=two), THREE: on(THREE, quorate=three)}
    found, expected = status(record((ONE,), states, THREE), "quorum", role="peer", expected=True)
    assert found == wanted
    assert expected == f"{TWO} and {THREE} (peer) with quorum while the fault is in effect"


@pytest.mark.parametrize(
    ("two", "three", "wanted"),
    [
        (on(THREE), on(THREE), PASS),
        (on(TWO), on(TWO), PASS),
        (on(""), on(""), FAIL),
        (on(ONE), on(ONE), FAIL),
        ({**on(TWO), "placements": {"WebIP": TWO, "WebServer": THREE}}, on(""), FAIL),
    ],
)
def test_all_runs_on_one_of_the_peers(two: dict[str, Any], three: dict[str, Any], wanted: str) -> None:
    states = {ONE: on("", quorate=False, members=(ONE,)), TWO: two, THREE: three}
    found, expected = status(record((ONE,), states, TWO), "runs_on", role="peer", when="fault")
    assert found == wanted
    assert expected == f"all resources on {TWO} or {THREE} (peer) when the fault ends"


def test_a_node_with_quorum_decides_where_the_resources_run() -> None:
    alone = on("", quorate=False, members=(TWO,))
    states = {ONE: None, TWO: alone, THREE: on(THREE, members=(THREE,))}
    assert status(record((ONE,), states, THREE), "runs_on", role="peer", when="fault")[0] == PASS


def test_two_nodes_that_cannot_be_read_do_not_hide_that_the_service_is_down() -> None:
    down = on("", quorate=False, members=(ONE,))
    frozen = record((TWO, THREE), {ONE: down, TWO: None, THREE: None})
    assert status(frozen, "down_throughout")[0] == PASS
    serves = record((TWO, THREE), {ONE: on(ONE, quorate=False), TWO: None, THREE: None}, ONE)
    assert status(serves, "down_throughout")[0] == FAIL
    blind = record((TWO,), {ONE: down, TWO: None, THREE: None})
    assert status(blind, "down_throughout")[0] == UNKNOWN, "nobody knows what the third node did"
