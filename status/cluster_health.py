"""What is wrong in the cluster as one node sees it: members, quorum, resources, leftover constraints. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cluster import scores, service_state
from cluster.crm_mon import ClusterState
from cluster.fencing import device_ids
from inventory.config.cluster_properties import boolean
from inventory.model import Lab, Node
from status.node_status import NodeStatus
from status.trouble import Trouble


def is_configured(state: ClusterState, resource: str) -> bool:
    """Whether a resource is configured in the cluster."""
    return any(placement.resource == resource for placement in state.placements)


def troubles(
    lab: Lab,
    status: NodeStatus,
    kinds: Collection[str],
    known_offline: Collection[Node],
    *,
    promotable: bool = True,
) -> Iterator[Trouble]:
    """The troubles that a node's cluster shows. Resources of `kinds` must run; `known_offline` are not reported.

    `promotable`: see status.health.Expectation.
    """
    state = status.state
    if state is None:
        return
    if state.dc is None:
        yield Trouble("no-dc", "no DC is elected")
    if not state.quorate:
        yield Trouble("no-quorum", "partition WITHOUT quorum")
    for node in lab.nodes:
        yield from _member(node, state, known_offline=node in known_offline)
    yield from _managed(status, state)
    yield from _resources(lab, state, kinds)
    if promotable:
        yield from _promotable(lab, status, state)
    yield from _failures(status, state)
    for id_ in status.cib.leftovers if status.cib else ():
        yield Trouble("left-constraint", f"a move or a ban left the constraint {id_}")


def _member(node: Node, state: ClusterState, *, known_offline: bool) -> Iterator[Trouble]:
    found = next((one for one in state.nodes if one.name == node.name), None)
    if found is not None and found.unclean:
        yield Trouble("node-unclean", f"{node.name} is UNCLEAN: what runs there is not known")
    elif found is not None and found.pending:
        yield Trouble("node-pending", f"{node.name} is pending: it has not joined the cluster yet")
    elif (found is None or not found.online) and not known_offline:
        yield Trouble("node-offline", f"{node.name} is OFFLINE")
    if found is not None and found.standby:
        yield Trouble("node-standby", f"{node.name} is in standby: it runs no resources")
    if found is not None and found.maintenance:
        yield Trouble("node-maintenance", f"{node.name} is in maintenance: nothing on it is managed")


def _managed(status: NodeStatus, state: ClusterState) -> Iterator[Trouble]:
    """Resources that the cluster does not manage: it would not start or stop them when a node fails."""
    configuration = status.cib.configuration if status.cib else None
    if configuration and boolean(configuration.properties.get("maintenance-mode", "")):
        yield Trouble("maintenance-mode", "the cluster is in maintenance mode: no resource is managed")
        return
    default = configuration.defaults.get("is-managed", "") if configuration else ""
    unmanaged = dict.fromkeys(one.resource for one in state.placements if not one.managed)
    if default and boolean(default) is False:
        yield Trouble("unmanaged", "no resource is managed: is-managed=false is the default of all resources")
        return
    in_maintenance = {one.name for one in state.nodes if one.maintenance}
    for resource in unmanaged:
        where = state.where(resource)
        if where and set(where) <= in_maintenance:
            continue  # the node's maintenance is reported
        yield Trouble("unmanaged", f"{resource} is not managed by the cluster", resource=resource)


def _resources(lab: Lab, state: ClusterState, kinds: Collection[str]) -> Iterator[Trouble]:
    for one in (one for one in lab.resources if one.kind in kinds and is_configured(state, one.id)):
        id_, where = one.id, state.where(one.id)
        if not where:
            yield Trouble("not-started", f"{id_} runs on no node", resource=id_)
        elif one.clone and (idle := [name for name in state.online if name not in where]):
            yield Trouble("not-started", f"{id_} does not run on {' and '.join(idle)}", resource=id_)
        if len(where) > 1 and not one.clone:
            yield Trouble("on-several-nodes", f"{id_} runs on {' and '.join(where)}", resource=id_)
    for id_ in device_ids(lab):
        if is_configured(state, id_) and not state.where(id_):
            yield Trouble("not-started", f"the fence device {id_} runs on no node", resource=id_)
    for service in lab.services.resources:
        if service_state.is_configured(state, service):
            for id_, trouble in service_state.troubles(service, state):
                yield Trouble("not-started", trouble, resource=id_)
    for placed in state.placements:
        if placed.failed or placed.blocked:
            state_text = "has failed" if placed.failed else "is blocked"
            yield Trouble(
                "resource-failed",
                f"{placed.resource} {state_text} on {placed.node or 'no node'}",
                resource=placed.resource,
            )


def _promotable(lab: Lab, status: NodeStatus, state: ClusterState) -> Iterator[Trouble]:
    """The promotable clones of which no other instance can be promoted, if the node with the promoted one is lost.

    Not those whose promotion a location constraint decides.
    """
    if status.cib is None:
        return
    decided = {
        one.attributes.get("rsc", "")
        for one in lab.services.relations
        if one.kind == "location" and one.attributes.get("role") in service_state.PROMOTED_ROLES
    }
    for service in lab.services.resources:
        if decided & {service.id, *(part.id for part in service.parts)}:
            continue
        if why := service_state.no_promotable_instance(service, state, status.cib.promotion_scores):
            yield Trouble("no-promotable-instance", why, resource=service.id)


def _failures(status: NodeStatus, state: ClusterState) -> Iterator[Trouble]:
    for one in state.failures:
        why = f": {one.reason}" if one.reason else ""
        yield Trouble(
            "operation-failed",
            f"{one.task} of {one.resource} failed on {one.node}{why}",
            resource=one.resource,
        )
    counts = {**(status.cib.failcounts if status.cib else {}), **state.failcounts}
    for (resource, node), count in counts.items():
        if is_configured(state, resource):
            yield Trouble(
                "fail-count",
                f"{resource} has the fail count {scores.text(count)} on {node}",
                resource=resource,
            )
