"""Which scenarios need the web server of the document; the only place with this rule. Pure."""

from __future__ import annotations

from drill.scenarios.base import Await, Scenario, single_moves
from drill.scenarios.overrides import Overrides
from inventory.model import Lab


def without_web(scenario: Scenario, lab: Lab) -> str:
    """Why a scenario does not fit a lab without the web server; "" when it does, and for a lab with it."""
    if lab.has("web"):
        return ""
    moves = single_moves(scenario.moves, len(lab.nodes))
    apart = any(isinstance(move, Await) and move.condition.startswith("placed_apart") for move in moves)
    if apart or any(_is_about_web(state) for state in scenario.states):
        return "it shows the address and the web server without their constraints, and lab.yaml has no web server"
    return ""


def _is_about_web(state: Overrides) -> bool:
    return "web" not in state.resources or "colocation" in state.without or state.last_node is not None
