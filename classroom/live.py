"""The scenarios with which `./lab grade --live` tries a repaired lab for real, with the configuration that it has."""

from __future__ import annotations

from dataclasses import replace

from classroom import effects
from drill.scenarios import catalog
from drill.scenarios.base import Scenario
from drill.scenarios.overrides import Overrides
from inventory.model import Lab

FAILBACK = "location-500"
"""The active node is lost and returns, and the service moves back to it."""
LIVE = ("standby", "corosync-stop-passive", FAILBACK, "power-off")


def scenarios(lab: Lab) -> tuple[Scenario, ...]:
    """The scenarios for a lab, without their overrides: the student's own configuration is tried."""
    names = [name for name in LIVE if name != FAILBACK or effects.fails_back(lab)]
    return tuple(replace(catalog.get(name), overrides=Overrides()) for name in names)
