"""The ids that are stored in records: they stay the same, whatever becomes of the functions behind them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from drill.checks.base import check
from drill.checks.registry import CHECKS
from drill.checks.verdict import CheckResult, passed
from drill.faults.registry import FAULTS
from drill.record.timeline import Timeline
from drill.scenarios.catalog import SCENARIOS
from drill.scenarios.conditions import CONDITIONS
from language import fast_yaml
from tests.support.example_lab import CASES

STORED: dict[str, list[str]] = fast_yaml.read((CASES / "ids.yaml").read_text())
PRESENT: dict[str, Iterable[str]] = {
    "checks": CHECKS,
    "conditions": CONDITIONS,
    "faults": FAULTS,
    "scenarios": SCENARIOS,
}


@pytest.mark.parametrize("kind", PRESENT)
def test_no_id_changes(kind: str) -> None:
    gone, new = set(STORED[kind]) - set(PRESENT[kind]), set(PRESENT[kind]) - set(STORED[kind])
    assert not gone, f"old records name the {kind} {sorted(gone)}: give them their ids back"
    assert not new, f"add the new {kind} {sorted(new)} to tests/cases/ids.yaml"


def test_a_renamed_function_keeps_its_id() -> None:
    @check("no_outage", "requests")
    def renamed(timeline: Timeline) -> CheckResult:
        return passed("nothing", "nothing")

    assert renamed.id == "no_outage"
    assert renamed.function(Timeline()).status == "PASS"


def test_a_registry_holds_each_thing_under_its_own_id() -> None:
    assert all(one.id == id_ for id_, one in CHECKS.items())
    assert all(one.id == id_ for id_, one in CONDITIONS.items())
    assert all(one.name == id_ for id_, one in FAULTS.items())
    assert all(one.name == id_ for id_, one in SCENARIOS.items())
