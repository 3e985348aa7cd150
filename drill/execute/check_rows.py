"""Replaces "@web", "@address" and "@two_node" in the parameters of a scenario's checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from drill.record.header import CheckRow
from inventory.model import Lab


def for_lab(checks: Iterable[CheckRow], lab: Lab) -> tuple[CheckRow, ...]:
    """A scenario's checks for the record: "@web" and "@address" become ids of resources, "@two_node" a boolean."""
    return tuple(CheckRow(one.id, _for_lab(one.parameters, lab)) for one in checks)


def _for_lab(value: Any, lab: Lab) -> Any:
    if isinstance(value, Mapping):
        return {_for_lab(key, lab): _for_lab(one, lab) for key, one in value.items()}
    if value == "@two_node":
        return lab.corosync.two_node
    if isinstance(value, str) and value.startswith("@"):
        return lab.resource(value[1:]).id
    return value
