"""Faults of the cluster's service: stopped in order, told to rest, its address or its disk taken away.

Sources: walkthrough step 6, pcs(8), Pacemaker Explained (maintenance-mode, standby), ip-address(8), mount(8).
"""

from __future__ import annotations

import shlex

from cluster import pcs
from drill.faults import remedies
from drill.faults.background import FOLDER
from drill.faults.base import Fault, FaultScope, Proof
from inventory.model import NodeAction

DISK_MB = 64
"""The most memory that the small file system of disk-full may take."""


def stop_corosync(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Stop corosync, as the walkthrough does; pacemaker goes first, by its unit's Requires."""
    words = scope.platform.services.command("stop", "corosync")
    return (NodeAction(scope.target.name, shlex.join(words), deadline=90, why="stop corosync in order"),)


def cluster_is_down(scope: FaultScope) -> tuple[Proof, ...]:
    """Neither corosync nor pacemaker runs."""
    either = f"pidof corosync {scope.platform.cluster_process}"
    return (Proof(scope.target.name, f"{either} || echo yes", what="corosync and pacemaker are down"),)


def remove_address(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Take the floating address off its interface behind the cluster's back."""
    text = f"{remedies.holds_address(scope)} || {{ echo the address is not here >&2; exit 1; }}\n"
    text += remedies.remove_address(scope)
    return (NodeAction(scope.target.name, text, why=f"take {scope.lab.vip} off its interface"),)


def address_is_gone(scope: FaultScope) -> tuple[Proof, ...]:
    """The address is not on the node."""
    return (
        Proof(
            scope.target.name, f"{remedies.holds_address(scope)} || echo yes", what=f"{scope.lab.vip} is gone"
        ),
    )


def set_standby(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Standby: everything moves off the node."""
    return (
        NodeAction(
            scope.target.name, shlex.join(pcs.standby(scope.platform.pcs, scope.target.name)), why="standby"
        ),
    )


def is_in_standby(scope: FaultScope) -> tuple[Proof, ...]:
    """The cluster shows the node as standby."""
    text = f"crm_mon -X -r | grep -F '<node name=\"{scope.target.name}\"' | grep -q ' standby=\"true\"' && echo yes"
    return (Proof(scope.target.name, text, what="the cluster shows the node in standby"),)


def set_maintenance_mode(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Maintenance mode: the cluster watches nothing and touches nothing."""
    return (
        NodeAction(
            scope.target.name, shlex.join(pcs.maintenance_on(scope.platform.pcs)), why="maintenance mode"
        ),
    )


def is_in_maintenance_mode(scope: FaultScope) -> tuple[Proof, ...]:
    """Every resource is shown unmanaged."""
    text = (
        'crm_mon -X -r | awk \'/<resource /{n++} /<resource .*managed="false"/{u++}'
        ' END{if (n && n==u) print "yes"}\''
    )
    return (Proof(scope.target.name, text, what="the cluster shows its resources unmanaged"),)


def fill_disk(scope: FaultScope) -> tuple[NodeAction, ...]:
    """Lay a small full file system over pacemaker's part of /var, its content copied: the disk itself is spared."""
    state, aside = remedies.STATE, f"{FOLDER}/disk"
    text = f"""\
! grep -q '^{remedies.SMALL_DISK} {state} ' /proc/mounts || exit 0
set -e
need=$(du -sk {state} | cut -f1)
[ $need -lt {DISK_MB * 1024 // 2} ] || {{ echo {state} holds $need kB: too much to copy >&2; exit 1; }}
mkdir -p {aside}
mount -t tmpfs -o size=$((need * 2 + 512))k {remedies.SMALL_DISK} {aside}
cp -a {state}/. {aside}/
chown --reference={state} {aside}; chmod --reference={state} {aside}
dd if=/dev/zero of={aside}/ha-lab-full bs=4k 2>/dev/null || true
mount --bind {aside} {state}
umount {aside}"""
    return (NodeAction(scope.target.name, text, why=f"fill the disk under {state}"),)


def disk_is_full(scope: FaultScope) -> tuple[Proof, ...]:
    """Nothing can be written any more."""
    probe = f"{remedies.STATE}/ha-lab-probe"
    text = (
        f"grep -q '^{remedies.SMALL_DISK} {remedies.STATE} ' /proc/mounts || exit 0\n"
        f"dd if=/dev/zero of={probe} bs=4k count=1 2>/dev/null && echo there is room || echo yes\nrm -f {probe}"
    )
    return (Proof(scope.target.name, text, what=f"no space is left under {remedies.STATE}"),)


FAULTS = (
    Fault(
        "corosync-stop",
        "corosync is stopped in order (walkthrough step 6)",
        "graceful",
        inject=stop_corosync,
        in_effect=cluster_is_down,
        remedies=(remedies.cluster,),
    ),
    Fault(
        "vip-removed",
        "The floating address is taken off its interface by hand",
        "process",
        inject=remove_address,
        in_effect=address_is_gone,
        roles=("active",),
        remedies=(remedies.cluster, remedies.address, remedies.failures),
        monitor="address",
    ),
    Fault(
        "standby",
        "The node is put in standby: everything moves away",
        "graceful",
        inject=set_standby,
        in_effect=is_in_standby,
        remedies=(remedies.cluster, remedies.standby),
    ),
    Fault(
        "maintenance",
        "Maintenance mode: the cluster watches nothing and touches nothing",
        "none",
        inject=set_maintenance_mode,
        in_effect=is_in_maintenance_mode,
        remedies=(remedies.cluster, remedies.maintenance),
    ),
    Fault(
        "disk-full",
        "/var is full where pacemaker keeps its CIB",
        "none",
        inject=fill_disk,
        in_effect=disk_is_full,
        remedies=(remedies.disk, remedies.cluster),
    ),
)
