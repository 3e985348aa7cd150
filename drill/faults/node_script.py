"""What heals resources of any agent: the functions `broken` and `repair` of lab.yaml's script (docs/services.md)."""

from __future__ import annotations

from drill.faults import remedies
from drill.faults.base import FaultScope, Remedy, RemedyFactory, remedy_of
from status import node_script


def follows(scope: FaultScope) -> Remedy:
    """Repair what the script calls broken on a node, such as a standby that cannot follow the primary."""
    broken = node_script.call(scope.lab, scope.target, "broken")
    repair = node_script.call(scope.lab, scope.target, "repair")
    return remedy_of(f"repaired {scope.target.alias} by lab.yaml's script", broken, repair)


def after_heal(scope: FaultScope) -> tuple[RemedyFactory, ...]:
    """The remedies for a node after its faults are healed: none in a lab without a script."""
    return (follows, remedies.failures) if scope.lab.services.script else ()
