"""A fault of a test's own: its scripts run here, in a shell, as they run on a node."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill.faults import registry, repair
from drill.faults.base import FaultScope
from inventory.errors import ConfigError
from pytest_ha_lab.own_fault import fault
from tests.support.example_lab import NODE1
from tests.support.fake_session import fake_session

TEXTS = {"breaks": "touch {}", "broken": "test -e {}", "repairs": "rm {}"}


@pytest.fixture(autouse=True)
def _only_here() -> Iterator[None]:
    before = dict(registry.FAULTS)
    yield
    registry._known.clear()
    registry._known.update(before)


@pytest.fixture
def scope() -> FaultScope:
    session = fake_session()
    return FaultScope(session, session.lab.node(NODE1))


def shell(text: str) -> str:
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True).stdout.strip()


def test_it_breaks_proves_and_repairs(scope: FaultScope, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    name = fault("raise-the-flag", **{key: text.format(flag) for key, text in TEXTS.items()})
    made = registry.get(name)
    [proof], [action] = made.in_effect(scope), made.inject(scope)
    assert shell(proof.script) == "raise-the-flag: not broken"
    shell(action.script)
    assert flag.exists()
    assert shell(proof.script) == "yes"
    script = repair.repair_script(scope, made.remedies[:1])
    assert shell(script) == "repaired raise-the-flag"
    assert not flag.exists()
    assert shell(script) == "", "it may run at any time"
    assert repair.arm_actions(made, scope), "the node repairs itself when the drill cannot"


def test_it_can_be_defined_again(scope: FaultScope) -> None:
    for text in ("true", "false"):
        fault("mine", breaks=text, broken="true", repairs="true")
    assert registry.get("mine").inject(scope)[0].script == "false"


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("web-kill", {}, "the lab has a fault 'web-kill' already"),
        ("Kill It", {}, "fault 'Kill It'"),
        ("mine", {"broken": " "}, "fault 'mine': broken is empty"),
    ],
)
def test_a_mistake_is_refused(name: str, changes: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        fault(name, **{**TEXTS, **changes})
    assert "mine" not in registry.FAULTS
