"""With fencing, either node may be the one that was switched off: a heal starts the cluster on both."""

from __future__ import annotations

import pytest

from drill.faults.base import FaultScope
from drill.faults.registry import FAULTS
from drill.faults.repair import heal_actions
from inventory.session import LabSession
from tests.support.example_lab import NODE1, NODE2
from tests.support.fake_session import fake_session
from tests.support.fenced_lab import fenced_session


def healed(name: str, session: LabSession) -> list[tuple[str, str]]:
    scope = FaultScope(session, session.lab.node(NODE1))
    return [(one.node, one.power or "script") for one in heal_actions(FAULTS[name], scope)]


@pytest.mark.parametrize("name", [name for name, one in FAULTS.items() if one.loses_node])
def test_a_lost_node(name: str) -> None:
    without = healed(name, fake_session())
    assert {node for node, _ in without} == {NODE1}
    boots = [] if (NODE1, "power_on") in without else [(NODE1, "power_on")]
    *power, script = without
    assert healed(name, fenced_session()) == [
        *power,
        *boots,
        script,
        (NODE2, "power_on"),
        (NODE2, "script"),
    ]


@pytest.mark.parametrize("name", [name for name, one in FAULTS.items() if not one.loses_node])
def test_any_other_fault(name: str) -> None:
    assert healed(name, fenced_session()) == healed(name, fake_session())


@pytest.mark.parametrize("name", ["bmc-dead", "bmc-slow"])
def test_a_bmc_is_restored_when_nobody_wants_to_use_it(name: str) -> None:
    """Otherwise the peer would switch the node off while the heal starts the cluster on it."""
    session = fenced_session()
    found = heal_actions(FAULTS[name], FaultScope(session, session.lab.node(NODE1)))
    assert [(one.node, one.purpose or one.bmc or one.power) for one in found] == [
        (NODE2, "wait-for-fencing"),
        (NODE1, "restore"),
        (NODE2, "wait-for-fencing"),
        (NODE1, "power_on"),
        (NODE1, "repair"),
    ]
