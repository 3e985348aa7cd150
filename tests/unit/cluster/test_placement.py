"""Where pacemaker puts each resource: rows of tests/cases/scores.yaml, and a sample recorded from crm_simulate.

tests/acceptance/test_placement.py puts a thousand random clusters to a node's own crm_simulate.
"""

from __future__ import annotations

from typing import Any

import pytest

from cluster.placement import NotModelled, place
from cluster.scores import parse
from inventory.model import INFINITY, Colocation, Location
from language import fast_yaml
from tests.support.example_lab import CASES, NODE1, NODE2
from tests.support.random_clusters import cib_xml, random_cluster, simulated

ROWS = fast_yaml.read((CASES / "scores.yaml").read_text())
RECORDED = fast_yaml.read((CASES / "placements.yaml").read_text())
NAMES = {"node1": NODE1, "node2": NODE2}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_who_wins(row: dict[str, Any]) -> None:
    nodes = [NAMES[name] for name in row.get("up", ["node1", "node2"])]
    decision = place(
        nodes,
        list(row["winner"]),
        stickiness=row.get("stickiness", 0),
        current={resource: NAMES[node] for resource, node in row.get("runs", {}).items()},
        locations=[
            Location(f"webserver_on_{node}", "WebServer", NAMES[node], score)
            for node, score in row.get("location", {}).items()
        ],
        colocations=[Colocation("WebServer", "WebIP", INFINITY)] if row.get("together") else [],
    )
    told = "\n".join(decision.why)
    assert decision.winner == {resource: NAMES.get(node) for resource, node in row["winner"].items()}, told
    for resource, scores in row.get("totals", {}).items():
        assert [decision.totals[resource, node] for node in nodes] == scores, told


def test_the_reason_shows_the_sum() -> None:
    decision = place(
        [NODE1, NODE2],
        ["WebServer", "WebIP"],
        stickiness=100,
        current={"WebIP": NODE2, "WebServer": NODE2},
        locations=[Location("webserver_on_node1", "WebServer", NODE1, 500)],
        colocations=[Colocation("WebServer", "WebIP", INFINITY)],
    )
    assert decision.why == (
        f"WebIP on {NODE1}: 500 = 500 from WebServer (webserver_on_node1)",
        f"WebIP on {NODE2}: 200 = 100 stickiness + 100 from WebServer (stickiness)",
        f"WebIP runs on {NODE1}",
        f"WebServer on {NODE1}: 500 = 500 webserver_on_node1",
        f"WebServer on {NODE2}: -INFINITY = 100 stickiness + -INFINITY colocation with WebIP",
        f"WebServer runs on {NODE1}",
    )


@pytest.mark.parametrize("row", RECORDED, ids=lambda row: row["case"])
def test_pacemaker_decides_the_same(row: dict[str, Any]) -> None:
    resources = [
        name for entry in row["resources"] for name in (entry if isinstance(entry, dict) else (entry,))
    ]
    decision = place(
        row.get("online", ["n1", "n2"]),
        resources,
        stickiness=parse(str(row.get("stickiness", 0))),
        current=row.get("runs", {}),
        locations=[
            Location(f"l{n}", who, node, parse(str(score)))
            for n, (who, node, score) in enumerate(row.get("locations", []))
        ],
        colocations=[
            Colocation(one, other, parse(str(score))) for one, other, score in row.get("colocations", [])
        ],
        groups={
            name: members
            for entry in row["resources"]
            if isinstance(entry, dict)
            for name, members in entry.items()
        },
    )
    told = "\n".join(decision.why)
    assert decision.winner == row["winner"], told
    for id_, scores in row["totals"].items():
        found = {node: decision.totals[id_, node] for node in scores}
        assert found == {node: parse(str(score)) for node, score in scores.items()}, told


@pytest.mark.parametrize(
    ("colocations", "locations", "groups", "says"),
    [
        ([Colocation("a", "x", 5)], [], {}, "names x, which is not one of the resources"),
        ([], [Location("l", "x", "n1", 5)], {}, "the location l names x"),
        ([Colocation("a", "a", 5)], [], {}, "with itself"),
        ([Colocation("g", "m", 5)], [], {"g": ["m"]}, "its own group"),
        ([Colocation("m", "g", 5)], [], {"g": ["m"]}, "its own group"),
        ([], [], {"g": ["a"]}, "a stands twice"),
    ],
)
def test_what_is_not_modelled_is_said(colocations: Any, locations: Any, groups: Any, says: str) -> None:
    with pytest.raises(NotModelled, match=says):
        place(["n1", "n2"], ["a", "g"], colocations=colocations, locations=locations, groups=groups)


def test_a_random_cluster_is_always_the_same_and_a_whole_cib() -> None:
    for seed in range(200):
        cluster = random_cluster(seed)
        assert cluster == random_cluster(seed)
        text = cib_xml(cluster)
        assert all(f'id="{id_}"' in text for id_ in (*cluster.primitives, *cluster.groups))


def test_what_crm_simulate_prints() -> None:
    output = """\
[ n1 n2 ]

r1\t(ocf:pacemaker:Dummy):\t Stopped

pcmk__primitive_assign: r1 allocation score on n1: 0
pcmk__primitive_assign: r1 allocation score on n2: -INFINITY

Start      r1      (    n1 )

[ n1 n2 ]

r1\t(ocf:pacemaker:Dummy):\t Started n1
r2\t(ocf:pacemaker:Dummy):\t Stopped
"""
    assert simulated(output) == ({"r1": "n1", "r2": None}, {("r1", "n1"): 0, ("r1", "n2"): -INFINITY})
