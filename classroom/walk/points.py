"""The points of the walkthrough that are marked **Observe**: after which step, what happens there, and in which labs.

What is asked, and the explanations, are in points.yaml, by id. A row never has the right answer: that is what happens.
The scenarios end in either way; a Capture keeps what the cluster says at the moments that the questions are about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from classroom import effects
from drill.record.header import CheckRow
from drill.scenarios.base import Await, Capture, Configure, Inject, Move, Observe, Recompute, Scenario
from drill.scenarios.building_blocks import ALWAYS, HEALED, STOP_ACTIVE, TAKEN_OVER
from drill.scenarios.overrides import ConstraintType, Overrides
from inventory.model import NO_FENCING, Lab
from inventory.sizes import survivors_have_quorum

CONSTRAINTS: tuple[ConstraintType, ...] = ("colocation", "order", "location")
DURING, AFTER, RETURNED = "during", "after", "returned"
"""The moments: before the heal, after it, and (for reasons only) when the node is back and nothing has moved yet."""

_LEAVES: tuple[Move, ...] = (
    STOP_ACTIVE,
    Await("on_their_own:peer"),
    Recompute("peer"),
    Observe("loss"),
    Capture("peer", DURING),
)
_LEAVES_AND_RETURNS: tuple[Move, ...] = (*_LEAVES, *HEALED, Observe("loss"), Capture("peer", AFTER))
_CHECKS = (CheckRow("one_owner"), *ALWAYS)
_WITHOUT_SERVICE = tuple(row for row in _CHECKS if row.id != "recovered")
"""The checks of a scenario that may end in a state that serves nobody."""


@dataclass(frozen=True)
class Point:
    """One point. `step` is the id of the step to which it belongs.

    `before`: its questions come before the step is shown, because the step itself is what happens, or explains it.
    `applied`: the step's commands run before these questions.
    `scenario` makes what happens, for a lab. `unfit` says why it is not asked in a lab ("": it is).
    """

    id: str
    number: str
    step: str
    scenario: Callable[[Lab], Scenario]
    unfit: Callable[[Lab], str]
    before: bool = False
    applied: bool = False


def _address_only(lab: Lab, **more: object) -> Overrides:
    """The state of step 6: the address without the web server. A lab without a web server stays as it is."""
    if not lab.has("web"):
        return Overrides(**more)  # type: ignore[arg-type]
    return Overrides(resources=("address",), without=CONSTRAINTS, **more)  # type: ignore[arg-type]


def _quorum_lost(lab: Lab) -> Scenario:
    """The policy of the document at this moment. With fencing, a witness or two_node a lab keeps its own."""
    plain = lab.fencing == NO_FENCING and lab.witness is None and not lab.corosync.two_node
    properties = {"no-quorum-policy": "stop"} if plain else {}
    state = _address_only(lab, stickiness=0, properties=properties)
    return Scenario("walk-quorum-lost", "6.2", _LEAVES, _CHECKS, state)


def _quorum_ignored(lab: Lab) -> Scenario:
    return Scenario("walk-quorum-ignored", "6.3", _LEAVES, _CHECKS, _address_only(lab, stickiness=0))


def _stays(lab: Lab) -> Scenario:
    return Scenario("walk-stays", "6.5", _LEAVES_AND_RETURNS, _CHECKS, _address_only(lab))


def _apart(lab: Lab) -> Scenario:
    moves: tuple[Move, ...] = (
        Configure(Overrides(without=CONSTRAINTS)),
        Await("placed"),
        Observe("loss"),
        Capture("active", DURING),
    )
    state = Overrides(resources=("address",), without=CONSTRAINTS)
    return Scenario("walk-apart", "7.2", moves, _WITHOUT_SERVICE, state)


def _together(lab: Lab) -> Scenario:
    moves: tuple[Move, ...] = (
        Configure(Overrides(without=("order", "location"))),
        Await("placed"),
        Observe("loss"),
        Capture("active", DURING),
    )
    return Scenario("walk-together", "7.1.1", moves, _WITHOUT_SERVICE, Overrides(without=CONSTRAINTS))


def _order(lab: Lab) -> Scenario:
    moves: tuple[Move, ...] = (Inject("standby"), *TAKEN_OVER, Capture("peer", DURING))
    state = Overrides(without=("location",))
    return Scenario("walk-order", "7.1.2", moves, _CHECKS, state, kind="graceful")


def _fails_back(lab: Lab) -> Scenario:
    return Scenario("walk-fails-back", "7.1.3", _LEAVES_AND_RETURNS, _CHECKS, kind="graceful")


def _always(lab: Lab) -> str:
    return ""


def _policy_decides(lab: Lab) -> str:
    if survivors_have_quorum(lab):
        return (
            "the nodes that are left keep their quorum in this lab, so no-quorum-policy decides nothing here"
        )
    if effects.policy(lab) == "stop":
        return "lab.yaml keeps no-quorum-policy=stop, so nothing changes here"
    return ""


def _has_web(lab: Lab) -> str:
    if not lab.has("web"):
        return "lab.yaml has no web server"
    return "the web server runs on every node of this lab" if lab.resource("web").clone else ""


def _has_colocation(lab: Lab) -> str:
    return _has_web(lab) or ("" if lab.colocations else "lab.yaml has no colocation")


def _has_order(lab: Lab) -> str:
    return _has_colocation(lab) or ("" if lab.orders else "lab.yaml has no order")


def _has_preference(lab: Lab) -> str:
    return _has_colocation(lab) or effects.no_preference(lab)


POINTS: tuple[Point, ...] = (
    Point("quorum-lost", "6.2", "floating-address", _quorum_lost, _always),
    Point("quorum-ignored", "6.3", "no-quorum-policy", _quorum_ignored, _policy_decides),
    Point("stays", "6.5", "stickiness", _stays, _always),
    Point("apart", "7.2", "web-server", _apart, _has_web, before=True),
    Point("together", "7.1.1", "colocation", _together, _has_colocation, before=True),
    Point("order-of-start", "7.1.2", "order", _order, _has_order, before=True),
    Point("fails-back", "7.1.3", "location", _fails_back, _has_preference, before=True, applied=True),
)
"""All points, in the order of the walk."""
