"""Which scenarios a lab with its number of nodes can run; the only place with this rule. Pure."""

from __future__ import annotations

from drill.scenarios.base import Scenario
from inventory.model import Lab
from inventory.sizes import MOST_NODES
from language.words import NUMBERS


def refusal(scenario: Scenario, lab: Lab) -> str:
    """Why a scenario does not fit the number of nodes; "" when it does."""
    (least, most), nodes = scenario.sizes, len(lab.nodes)
    if least <= nodes <= most:
        return ""
    return f"it is for {_sizes(least, most)}, and the lab has {NUMBERS[nodes]}"


def _sizes(least: int, most: int) -> str:
    if most == MOST_NODES:
        return f"{NUMBERS[least]} nodes or more"
    if least == most:
        return f"{NUMBERS[least]} nodes"
    return f"{NUMBERS[least]} to {NUMBERS[most]} nodes"
