"""The settings of lab.yaml that a platform does not support."""

from __future__ import annotations

from inventory.errors import ConfigError
from inventory.model import Lab
from inventory.platforms.base import Platform


def refusal(platform: Platform, lab: Lab) -> str:
    """Give the reason why a platform does not support lab.yaml's settings; "" when it does."""
    if lab.corosync.two_node and not platform.knows_two_node:
        return (
            f"corosync.two_node is true, but corosync {platform.corosync} of {platform.name} has no two_node"
        )
    if platform.pcs in ("0.9.26", "0.9") and any(one.clone for one in lab.resources):
        return f"a resource is a clone, but pcs {platform.pcs} of {platform.name} cannot make one"
    return ""


def require(platform: Platform, lab: Lab) -> None:
    """Raise ConfigError unless a platform supports lab.yaml's settings."""
    if reason := refusal(platform, lab):
        raise ConfigError(
            f"lab.yaml: {reason}.",
            hint="Set two_node: false or clone: false there, or choose another platform.",
        )
