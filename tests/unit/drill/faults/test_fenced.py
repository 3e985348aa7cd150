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
    assert healed(name, fenced_session()) == [*without, (NODE2, "power_on"), (NODE2, "script")]


@pytest.mark.parametrize("name", [name for name, one in FAULTS.items() if not one.loses_node])
def test_any_other_fault(name: str) -> None:
    assert healed(name, fenced_session()) == healed(name, fake_session())
