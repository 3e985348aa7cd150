"""Which scenarios an adopted cluster runs, and that its owner alone repairs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from classroom.checks import OF_ANY_CLUSTER, for_lab
from drill.execute import lab_health
from drill.scenarios.adopted import refusal
from drill.scenarios.catalog import SCENARIOS
from inventory.errors import LabError
from tests.support.example_lab import example_lab
from tests.support.fake_session import fake_session

ADOPTED = example_lab(ssh_config="file", reboots=False)


def test_what_is_left_out() -> None:
    refused = {name for name, one in SCENARIOS.items() if refusal(one, ADOPTED)}
    assert {"reboot", "two-node", "two-node-cold-start"} <= refused
    assert {"partition", "corosync-kill", "web-kill", "stickiness-100"}.isdisjoint(refused)
    machines = {name for name, one in SCENARIOS.items() if refusal(one, example_lab(ssh_config="file"))}
    assert "reboot" not in machines, "a machine boots again by itself"
    assert not any(refusal(one, example_lab()) for one in SCENARIOS.values()), "all on the lab's own nodes"


def test_a_cluster_that_is_not_healthy_is_not_repaired(tmp_path: Path) -> None:
    error = LabError("node2 is in standby")
    session = fake_session(root=tmp_path, ssh_config="file")
    with pytest.raises(LabError, match="not healthy, so nothing is broken on it: node2 is in standby"):
        lab_health.refuse_to_repair(session, error)
    session.journal.begin("a fault", target=session.lab.node1.name)
    lab_health.refuse_to_repair(session, error)  # a drill made it so, and heals it
    lab_health.refuse_to_repair(fake_session(root=tmp_path / "other"), error)


def test_the_checks_of_an_adopted_cluster() -> None:
    names = {one.name for one in for_lab(ADOPTED)}
    assert names == OF_ANY_CLUSTER
    assert {one.name for one in for_lab(example_lab())} > OF_ANY_CLUSTER
