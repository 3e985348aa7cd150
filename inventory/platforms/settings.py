"""A platform with what the settings of lab.yaml need: packages and services."""

from __future__ import annotations

from dataclasses import replace

from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.platforms.fencing import with_fencing

QDEVICE = "corosync-qdevice"
TIDY = "rm -rf /etc/corosync/qnetd/nssdb; systemctl disable corosync-qnetd"
"""Removes the keys that Debian's package makes: each lab makes its own. The service starts on the witness only."""


def with_settings(platform: Platform, lab: Lab) -> Platform:
    """The platform of the nodes: with the packages of fencing and of lab.yaml's `packages`, and the quorum device.

    The platform itself when nothing is missing.
    """
    fenced = with_fencing(platform, lab)
    missing = tuple(name for name in lab.services.packages if name not in fenced.packages)
    found = replace(fenced, packages=(*fenced.packages, *missing)) if missing else fenced
    if lab.witness is None or QDEVICE in found.cluster_services:
        return found
    first, *others = found.cluster_services
    return replace(
        found,
        packages=_with(found.packages, found.qdevice_packages),
        cluster_services=(first, QDEVICE, *others),
        # corosync-quorumtool -m reports changes of the membership, but not a vote that comes or goes alone.
        events=replace(found.events, ring=""),
    )


def in_image(platform: Platform, lab: Lab) -> Platform:
    """The platform of an image for the nodes, and for the witness if the lab has one."""
    found = with_settings(platform, lab)
    if lab.witness is None:
        return found
    return replace(found, packages=_with(found.packages, found.witness_packages), tidy=TIDY)


def _with(packages: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return (*packages, *(one for one in more if one not in packages))
