"""What lab.yaml's settings must have as their effect on the service, for people. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from inventory.config.cluster_properties import in_effect
from inventory.model import Lab, Location

STOPS = ("stop", "demote")
"""The values of no-quorum-policy with which a partition without quorum runs no plain resource."""


def policy(lab: Lab) -> str:
    """The no-quorum-policy of lab.yaml; pacemaker's default is stop."""
    return in_effect(lab.properties, "no-quorum-policy") or "stop"


def preference(lab: Lab) -> Location | None:
    """The strongest preference of lab.yaml for a node, of its address or its web server; None without one."""
    ids = {one.id for one in lab.resources}
    return max(
        (one for one in lab.locations if one.resource in ids and one.score > 0),
        key=lambda one: one.score,
        default=None,
    )


def no_preference(lab: Lab) -> str:
    """Why nothing shows a preference for a node; "" when lab.yaml has one."""
    return "" if preference(lab) else "no location of lab.yaml prefers a node"


def fails_back(lab: Lab) -> bool:
    """Whether the preference is stronger than the stickiness of all plain resources of the service together."""
    wanted = preference(lab)
    return wanted is not None and wanted.score > lab.stickiness * sum(not one.clone for one in lab.resources)


def effects(lab: Lab) -> Mapping[str, str]:
    """The effects by their placeholder in checks.yaml."""
    wanted = preference(lab)
    where = lab.node(wanted.node).alias if wanted else ""
    return {
        "policy_effect": {
            "ignore": "the service to run also on nodes that have no quorum (no-quorum-policy=ignore)",
            **dict.fromkeys(
                STOPS, f"the service to stop on nodes that have no quorum (no-quorum-policy={policy(lab)})"
            ),
        }.get(policy(lab), f"no-quorum-policy={policy(lab)}"),
        "stickiness_effect": "the service to prefer to stay where it runs (a stickiness above 0)"
        if lab.stickiness > 0
        else "the service to move to the node with the higher score as soon as it can (a stickiness of 0)",
        "preferences_effect": "no preference for a node"
        if wanted is None
        else f"the service to prefer {where}, and to move back when {where} returns"
        if fails_back(lab)
        else f"the service to prefer {where}, but to stay where it is when {where} returns",
    }
