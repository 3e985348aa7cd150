"""Composes a scenario from the moves of a test, and refuses unknown words before anything is done. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args

from drill.checks import registry as checks
from drill.faults import registry as faults
from drill.record.header import CheckRow
from drill.scenarios import catalog, conditions
from drill.scenarios.base import Await, Inject, Move, Scenario, Target, single_moves
from drill.scenarios.building_blocks import ALWAYS, ONE_SERVICE
from inventory.errors import ConfigError
from inventory.model import Lab
from inventory.sizes import LEAST_NODES


def scenario(
    what: Iterable[str | Scenario | Move], test: str, lab: Lab, own: Iterable[str | CheckRow] | None
) -> Scenario:
    """The scenario of a call: one name, one Scenario, or moves. `own` are the checks of the test.

    A scenario of moves has the name of its test. Without checks of its own it has those of every service: one owner of
    the address, the right page, all resources together. What every scenario needs is always checked too.
    Raises ConfigError for an unknown scenario, fault, condition or check.
    """
    parts = tuple(what)
    if len(parts) == 1 and isinstance(parts[0], str | Scenario):
        found = catalog.get(parts[0]) if isinstance(parts[0], str) else parts[0]
        if own is not None:
            raise ConfigError(
                f"The scenario {found.name} has its own checks.", hint="checks=... is for a test's own moves."
            )
        _require_known(found)
        return found
    moves = tuple(one for one in parts if isinstance(one, Move))
    if not moves or len(moves) != len(parts):
        wrong = next((one for one in parts if not isinstance(one, Move)), "nothing")
        raise ConfigError(
            f"drill(...) got {wrong!r} among its moves.",
            hint='One name: drill("corosync-kill"). Or moves only: drill(Inject("web-kill"), Await("serving")).',
        )
    rows = _usual(lab) if own is None else [CheckRow(one) if isinstance(one, str) else one for one in own]
    made = Scenario(_name(test), "", moves, (*rows, *(one for one in ALWAYS if one not in rows)))
    _require_known(made)
    return made


def _usual(lab: Lab) -> tuple[CheckRow, ...]:
    return ONE_SERVICE if lab.has("web") else (CheckRow("one_owner"), CheckRow("colocated"))


def _name(test: str) -> str:
    """The name of a test as that of a scenario."""
    name = re.sub(r"[^a-z0-9]+", "-", test.lower().removeprefix("test_")).strip("-") or "test"
    return f"own-{name}" if name in catalog.SCENARIOS else name


def _require_known(made: Scenario) -> None:
    for move in single_moves(made.moves, LEAST_NODES):
        if isinstance(move, Inject):
            faults.get(move.fault)
            if move.target not in get_args(Target):
                raise ConfigError(
                    f"there is no target {move.target!r}", hint=f"one of: {', '.join(get_args(Target))}"
                )
        if isinstance(move, Await):
            conditions.predicate(move.condition)
    for row in made.checks:
        if row.id not in checks.CHECKS:
            raise ConfigError(f"there is no check {row.id!r}", hint=f"one of: {', '.join(checks.CHECKS)}")
