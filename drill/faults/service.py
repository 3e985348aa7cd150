"""Faults of the cluster's service: stopped, in standby, without its address, or with a full disk.

Sources: walkthrough step 6, pcs(8), Pacemaker Explained (maintenance-mode, standby), ip-address(8), mount(8).
"""

from __future__ import annotations

import shlex

from cluster import pcs
from drill.faults import remedies
from drill.faults.base import Fault, FaultScope, Proof, shell
from inventory.model import NodeAction
from inventory.providers.base import SMALL_DISK, SMALL_DISK_MB

SOURCE = "ha-lab-full"
"""The source that mount(8) shows for the small file system of disk-full."""


def stop_corosync(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Stop corosync as the walkthrough does. systemd stops pacemaker first, because of its unit's Requires."""
    words = scope.platform.services.command("stop", "corosync")
    return (NodeAction(scope.target.name, shlex.join(words), deadline=90, why="stop corosync gracefully"),)


def cluster_is_down(scope: FaultScope) -> tuple[Proof, ...]:
    """Neither corosync nor pacemaker runs."""
    script = shell("prove_cluster_is_down", cluster_process=scope.platform.cluster_process)
    return (Proof(scope.target.name, script, what="corosync and pacemaker are down"),)


def remove_address(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Remove the floating address from its interface, without the cluster."""
    script = shell("inject_remove_address", vip=scope.lab.vip)
    return (NodeAction(scope.target.name, script, why=f"remove {scope.lab.vip} from its interface"),)


def address_is_gone(scope: FaultScope) -> tuple[Proof, ...]:
    """The address is not on the node."""
    script = shell("prove_address_is_gone", vip=scope.lab.vip)
    return (Proof(scope.target.name, script, what=f"{scope.lab.vip} is gone"),)


def set_standby(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Put the node in standby: all resources move to the other node."""
    words = pcs.standby(scope.platform.pcs, scope.target.name)
    return (NodeAction(scope.target.name, shlex.join(words), why="standby"),)


def is_in_standby(scope: FaultScope) -> tuple[Proof, ...]:
    """The cluster shows the node in standby (crm_mon)."""
    script = shell("prove_standby", node=scope.target.name)
    return (Proof(scope.target.name, script, what="the cluster shows the node in standby"),)


def set_maintenance_mode(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Maintenance mode: the cluster does not monitor, start or stop any resource."""
    words = pcs.maintenance_on(scope.platform.pcs)
    return (NodeAction(scope.target.name, shlex.join(words), why="maintenance mode"),)


def is_in_maintenance_mode(scope: FaultScope) -> tuple[Proof, ...]:
    """The cluster shows every resource as unmanaged."""
    script = shell("prove_maintenance_mode")
    return (Proof(scope.target.name, script, what="the cluster shows all resources as unmanaged"),)


def fill_disk(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Put pacemaker's part of /var on a small full file system. The disk itself is not changed."""
    script = shell(
        "inject_full_disk",
        state=remedies.STATE,
        kept=remedies.STATE_KEPT,
        small=SMALL_DISK,
        source=SOURCE,
        most_kb=SMALL_DISK_MB * 1024,
    )
    return (NodeAction(scope.target.name, script, why=f"fill the disk under {remedies.STATE}"),)


def disk_is_full(scope: FaultScope) -> tuple[Proof, ...]:
    """No more data can be written."""
    script = shell("prove_full_disk", state=remedies.STATE)
    return (Proof(scope.target.name, script, what=f"no space is left under {remedies.STATE}"),)


FAULTS = (
    Fault(
        "corosync-stop",
        "corosync is stopped gracefully (walkthrough step 6)",
        "graceful",
        inject=stop_corosync,
        in_effect=cluster_is_down,
        remedies=(remedies.cluster,),
        leaves_membership=True,
    ),
    Fault(
        "vip-removed",
        "The floating address is removed from its interface by hand",
        "process",
        inject=remove_address,
        in_effect=address_is_gone,
        roles=("active",),
        remedies=(remedies.cluster, remedies.lost_address, remedies.failures),
        monitor="address",
    ),
    Fault(
        "standby",
        "The node is put in standby: all resources move away",
        "graceful",
        inject=set_standby,
        in_effect=is_in_standby,
        remedies=(remedies.cluster, remedies.standby),
    ),
    Fault(
        "maintenance",
        "Maintenance mode: the cluster does not monitor, start or stop any resource",
        "none",
        inject=set_maintenance_mode,
        in_effect=is_in_maintenance_mode,
        remedies=(remedies.cluster, remedies.maintenance),
    ),
    Fault(
        "disk-full",
        "The disk is full where pacemaker keeps its CIB",
        "none",
        inject=fill_disk,
        in_effect=disk_is_full,
        remedies=(remedies.full_disk, remedies.cluster),
    ),
)
