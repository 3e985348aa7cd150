"""What a test file imports to compose a scenario of its own: moves, starting states and checks.

    from pytest_ha_lab.building_blocks import Await, Inject

docs/plugin.md explains them. An unknown fault, condition or check is refused with a list of those that there are.
"""

from __future__ import annotations

from drill.record.header import CheckRow as Check
from drill.scenarios.base import (
    Await,
    Call,
    Configure,
    ForEachOther,
    Heal,
    Inject,
    Observe,
    Read,
    Recompute,
    Scenario,
)
from drill.scenarios.overrides import Overrides
from pytest_ha_lab.own_fault import fault

__all__ = [
    "Await",
    "Call",
    "Check",
    "Configure",
    "ForEachOther",
    "Heal",
    "Inject",
    "Observe",
    "Overrides",
    "Read",
    "Recompute",
    "Scenario",
    "fault",
]
