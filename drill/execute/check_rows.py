"""Replaces "@web", "@address", "@two_node", "@restarts" and "@may_lose" in the parameters of a scenario's checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from drill.record.header import CheckRow
from inventory.model import Lab
from inventory.sizes import survivors_have_quorum


def for_lab(checks: Iterable[CheckRow], lab: Lab) -> tuple[CheckRow, ...]:
    """A scenario's checks for the record: each word that begins with "@" is replaced (see Scenario).

    Without the check page_names_owner where the probe only connects: no answer ever names a node.
    """
    nameless = lab.drill.probe.kind == "tcp"
    return tuple(
        CheckRow(one.id, _for_lab(one.parameters, lab))
        for one in checks
        if not (nameless and one.id == "page_names_owner")
    )


def _for_lab(value: Any, lab: Lab) -> Any:
    if isinstance(value, Mapping):
        return {
            _for_lab(key, lab): _for_lab(one, lab)
            for key, one in value.items()
            if key != "@web" or lab.has("web")
        }
    if value == "@two_node":
        return survivors_have_quorum(lab)
    if value == "@may_lose":
        return lab.drill.probe.may_lose
    if value == "@restarts":
        return (*(0 for _ in lab.nodes[1:]), 2)
    if isinstance(value, str) and value.startswith("@"):
        return lab.resource(value[1:]).id
    return value
