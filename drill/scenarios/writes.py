"""Which scenarios write, and where their numbers go in a lab; the only place with this rule. Pure."""

from __future__ import annotations

from drill.record.header import Store
from drill.scenarios.base import Scenario
from inventory.model import Lab


def store_of(lab: Lab) -> Store | None:
    """Where a scenario with `writes` writes: into a file of each node, or into the database; None when it cannot."""
    if lab.drill.probe.write:
        return "database"
    return "files" if lab.has("web") and lab.drill.probe.kind == "http" else None


def refusal(scenario: Scenario, lab: Lab) -> str:
    """Why a scenario cannot write in a lab; "" when it can, and when it does not write."""
    if not scenario.writes or store_of(lab):
        return ""
    return (
        "it writes, and lab.yaml has neither the web server with a probe of kind http, nor a probe of kind sql with"
        " write, read and remove (drill.probe)"
    )
