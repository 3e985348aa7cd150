"""Which nodes a fault hits, and which ones are left beside them."""

from __future__ import annotations

import pytest

from drill.execute import roles
from drill.faults import registry as faults
from drill.record.header import Header
from drill.record.timeline import NodeReading, Timeline
from drill.scenarios.base import Target
from drill.scenarios.conditions import Situation, situation_since
from tests.support.example_lab import example_lab, nodes
from tests.support.fake_session import fake_session


def names(*ids: int) -> list[str]:
    return [f"node{id_}.magedu.com" for id_ in ids]


def situation(count: int, active: int, *partitions: tuple[int, ...]) -> Situation:
    """The nodes see the members of their partition; without any, all nodes are in one."""
    seen = []
    for partition in partitions or (tuple(range(1, count + 1)),):
        for id_ in partition:
            [node], members = names(id_), tuple(names(*partition))
            dc = members[-1]
            seen.append(
                NodeReading(
                    asked=10.0,
                    at=10.1,
                    node=node,
                    owns_vip=id_ == active,
                    quorate=True,
                    members=members,
                    dc=dc,
                )
            )
    return situation_since(
        Timeline(Header(nodes=tuple(names(*range(1, count + 1)))), (), tuple(seen)), 9.0, {}
    )


@pytest.mark.parametrize(
    ("count", "active", "target", "hit", "left"),
    [
        (2, 1, "active", [1], [2]),
        (2, 2, "passive", [1], [2]),
        (2, 1, "both", [1, 2], [2]),
        (3, 1, "active", [1], [2, 3]),
        (3, 2, "passive", [1], [2, 3]),
        (3, 2, "passives", [1, 3], [2]),
        (3, 1, "upper half", [3], [1, 2]),
        (4, 1, "upper half", [3, 4], [1, 2]),
        (4, 4, "dc", [4], [1, 2, 3]),
    ],
)
def test_targets(count: int, active: int, target: Target, hit: list[int], left: list[int]) -> None:
    lab, seen = example_lab(nodes=nodes(count)), situation(count, active)
    assert roles.are_clear(seen)
    found = roles.found(lab, seen)
    assert found["active"] == names(active)[0]
    chosen = roles.targets(lab, seen, target, found)
    assert chosen == names(*hit)
    wanted = {
        "target": " ".join(names(*hit[: 1 if target == "both" else None])),
        "peer": " ".join(names(*left)),
    }
    assert roles.hit(lab, seen, target, chosen) == wanted


def test_a_lost_node_is_neither_passive_nor_a_peer() -> None:
    lab, seen = example_lab(nodes=nodes(4)), situation(4, 1, (1, 3, 4))
    found = roles.found(lab, seen)
    assert found["passive"] == names(3)[0], "node2 is no member of the partition that serves"
    assert roles.hit(lab, seen, "passive", names(3))["peer"] == " ".join(names(1, 4))
    two = example_lab()
    assert roles.found(two, situation(2, 1, (1,)))["passive"] == names(2)[0], "the only other node"


def test_nodes_of_a_group_stay_connected() -> None:
    session = fake_session(nodes=nodes(4))
    scopes = roles.scopes(session, "upper half", names(3, 4))
    assert [[one.name for one in scope.peers] for scope in scopes] == [names(1, 2), names(1, 2)]
    apart = roles.scopes(session, "both", names(1, 2))
    assert [[one.name for one in scope.peers] for scope in apart] == [names(2, 3, 4), names(1, 3, 4)]
    [action] = faults.get("partition").inject(scopes[0])
    assert "peers='172.16.100.15 172.16.100.16'" in action.script
