"""The settings of lab.yaml that a platform does not support."""

from __future__ import annotations

from inventory.errors import ConfigError
from inventory.model import NO_FENCING, Lab
from inventory.platforms.base import Platform


def refusal(platform: Platform, lab: Lab) -> str:
    """Give the reason why a platform does not support lab.yaml's settings; "" when it does."""
    return _refused(platform, lab)[0]


def _refused(platform: Platform, lab: Lab) -> tuple[str, str]:
    """The reason, and the setting of lab.yaml that removes it; both "" when the platform supports all settings."""
    if lab.fencing != NO_FENCING and not platform.fencing_packages:
        reason = (
            f"fencing is {lab.fencing}, but the lab was never tried with the fence agents of {platform.name}"
        )
        return reason, f"fencing: {NO_FENCING}"
    if lab.witness is not None and not platform.qdevice_packages:
        reason = (
            f"quorum is qdevice, but corosync {platform.corosync} of {platform.name} knows no quorum device"
        )
        return reason, "quorum: nodes"
    if lab.corosync.two_node and not platform.knows_two_node:
        return (
            f"corosync.two_node is true, but corosync {platform.corosync} of {platform.name} has no two_node",
            "two_node: false",
        )
    if platform.pcs in ("0.9.26", "0.9") and any(one.clone for one in lab.resources):
        reason = f"a resource is a clone, but pcs {platform.pcs} of {platform.name} cannot make one"
        return reason, "clone: false"
    return "", ""


def require(platform: Platform, lab: Lab) -> None:
    """Raise ConfigError unless a platform supports lab.yaml's settings."""
    reason, setting = _refused(platform, lab)
    if reason:
        raise ConfigError(f"lab.yaml: {reason}.", hint=f"Set {setting} there, or choose another platform.")
