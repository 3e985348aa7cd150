"""The judgement: every trouble by a lab that has it, and a healthy lab that has none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cluster import crm_mon
from drill.execute import lab_health
from status import cluster_health, health
from status.health import Expectation, Trouble
from status.lab_status import LabStatus
from status.node_status import NodeStatus
from status.trouble import IDS
from tests.support.example_lab import NODE1, NODE2
from tests.support.health_cases import ROWS, HealthCase
from tests.support.node_readings import LAB, ClusterWords


def told(found: tuple[Trouble, ...]) -> list[tuple[str, str]]:
    return [(one.id, str(one)) for one in found]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_the_judgement(row: dict[str, Any], tmp_path: Path) -> None:
    case = HealthCase(row, tmp_path)
    with case.session() as session:
        seen = lab_health.look(session, case.fetch)
    expectation = lab_health.expectation(case.overrides) if "wanted" in row else Expectation()
    assert told(health.troubles(session.lab, seen, expectation)) == case.says


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "pending" in row or "wanted" in row], ids=lambda row: row["case"]
)
def test_what_a_drill_expects_is_a_trouble_for_everyone_else(row: dict[str, Any], tmp_path: Path) -> None:
    case = HealthCase(row, tmp_path)
    with case.session() as session:
        seen = lab_health.look(session, case.fetch)
    everyone = told(health.troubles(LAB, seen))
    drill = told(health.troubles(LAB, seen, lab_health.expectation(case.overrides)))
    assert set(drill) < set(everyone), "its own journal and its own starting state are no trouble to a drill"


def test_a_standby_that_does_not_follow_is_no_trouble_until_the_drill_has_repaired_it(tmp_path: Path) -> None:
    [row] = [row for row in ROWS if row["case"] == "a database whose standby does not follow"]
    case = HealthCase(row, tmp_path)
    with case.session() as session:
        seen = lab_health.look(session, case.fetch)
        assert health.troubles(session.lab, seen, lab_health.expectation())
        assert not health.troubles(session.lab, seen, lab_health.expectation(promotable=False))


def test_each_kind_of_trouble_has_a_case() -> None:
    assert {id_ for row in ROWS for id_, _ in row["says"]} == set(IDS)


def test_a_lab_that_nobody_asked_for_its_page_is_not_judged_by_it() -> None:
    silent = LabStatus(dict.fromkeys(LAB.nodes, NodeStatus("off")))
    assert {one.id for one in health.troubles(LAB, silent)} == {"machine-off"}


def test_resources_are_unknown_while_no_cluster_answers() -> None:
    silent = LabStatus(dict.fromkeys(LAB.nodes, NodeStatus("running", reachable=True)))
    assert health.unconfigured(LAB, silent) == ()


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ([NODE1, NODE2], []),
        ([NODE1], ["WebServer does not run on node2.magedu.com"]),
        ([], ["WebServer runs on no node"]),
    ],
)
def test_a_clone_runs_on_all_nodes(where: list[str], says: list[str]) -> None:
    lab = replace(LAB, resources=(LAB.resources[0], replace(LAB.resources[1], clone=True)))
    state = crm_mon.parse(ClusterWords(runs={"WebIP": [NODE1], "WebServer": where}).crm_mon())
    status = NodeStatus("running", reachable=True, state=state)
    found = cluster_health.troubles(lab, status, ("address", "web"), ())
    assert [str(one) for one in found] == says


def test_what_is_no_clone_runs_on_one_node() -> None:
    state = crm_mon.parse(ClusterWords(runs={"WebIP": [NODE1], "WebServer": [NODE1, NODE2]}).crm_mon())
    found = cluster_health.troubles(LAB, NodeStatus("running", reachable=True, state=state), ("web",), ())
    assert [one.id for one in found] == ["on-several-nodes"]
