"""Whether a resource of any agent runs as lab.yaml says: on one node, on all, promoted on as many as it should. Pure.

Source: Pacemaker Explained ("Clone Options", "Promotable Clone Options", "Resource Meta-Attributes").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cluster import scores
from cluster.crm_mon import RUNNING, ClusterState, Placement
from inventory.services import Service

PROMOTED_ROLES = frozenset({"Promoted", "Master"})


def placements(state: ClusterState, id_: str) -> list[Placement]:
    """Where a primitive is; of a clone, the placement of each instance ("db:0" where it has a number)."""
    return [one for one in state.placements if one.resource.partition(":")[0] == id_]


def where(state: ClusterState, id_: str) -> tuple[str, ...]:
    """The nodes on which a primitive runs, in any role."""
    found = (one.node for one in placements(state, id_) if one.active and one.role in RUNNING and one.node)
    return tuple(dict.fromkeys(found))


def promoted(state: ClusterState, id_: str) -> tuple[str, ...]:
    """The nodes on which a primitive is promoted."""
    return tuple(
        one.node for one in placements(state, id_) if one.active and one.role in PROMOTED_ROLES and one.node
    )


def is_configured(state: ClusterState, service: Service) -> bool:
    """Whether every resource of a service is configured in the cluster."""
    return all(placements(state, part.id) for part in service.parts)


def troubles(service: Service, state: ClusterState) -> Iterator[tuple[str, str]]:
    """Each resource that does not run as it should: its id, and what is wrong."""
    if service.meta.get("target-role", "").lower() == "stopped":
        return
    for part in service.parts:
        here = where(state, part.id)
        if part.meta.get("target-role", "").lower() == "stopped":
            continue
        if not here:
            yield part.id, f"{part.id} runs on no node"
        elif service.clone:
            yield from _clone(service, part.id, here, state)
        elif len(here) > 1:
            yield part.id, f"{part.id} runs on {' and '.join(here)}"


def no_promotable_instance(
    service: Service, state: ClusterState, promotion_scores: Mapping[tuple[str, str], int]
) -> str:
    """Why no other instance of a promotable clone can be promoted.

    "" when one can be, when no other instance runs, and when none is promoted. The cluster promotes an instance when
    its promotion score is 0 or more; that of a group is the sum of its members' scores. Its agent gives it: that of a
    database, for example, to a standby that follows the primary. Constraints with the role Promoted, which change the
    score too, are not considered (pcmk_sched_promotable.c).
    """
    if service.clone != "promotable":
        return ""
    ids = [part.id for part in service.parts]
    masters = {node for id_ in ids for node in promoted(state, id_)}
    others = dict.fromkeys(node for id_ in ids for node in where(state, id_) if node not in masters)
    given = {
        node: [promotion_scores[id_, node] for id_ in ids if (id_, node) in promotion_scores]
        for node in others
    }
    if not masters or not others or any(found and sum(found) >= 0 for found in given.values()):
        return ""
    told = [f"{node}: {scores.text(sum(found)) if found else 'none'}" for node, found in given.items()]
    return (
        f"no other instance of {service.id} can be promoted: none has a promotion score of 0 or more"
        f" ({', '.join(told)})"
    )


def _clone(
    service: Service, id_: str, here: tuple[str, ...], state: ClusterState
) -> Iterator[tuple[str, str]]:
    online = [one.name for one in state.nodes if one.name in state.online and not one.standby]
    most = _count(service, "clone-max", len(online))
    idle = [name for name in online if name not in here]
    if idle and len(here) < most:
        yield id_, f"{id_} does not run on {' and '.join(idle)}"
    if service.clone == "promotable":
        masters, wanted = promoted(state, id_), _count(service, "promoted-max", 1)
        if len(masters) != min(wanted, len(here)):
            yield id_, f"{id_} is promoted on {' and '.join(masters) or 'no node'}, not on {wanted}"


def _count(service: Service, name: str, default: int) -> int:
    text = service.clone_meta.get(name, "")
    return int(text) if text.isdigit() else default
