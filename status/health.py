"""The one judgement whether a lab is healthy, made of a LabStatus. Pure.

`./lab status`, heal, the drill, check and break all tell what this judgement says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from cluster.crm_mon import ClusterState
from inventory.journal import JournalEntry
from inventory.model import Lab, Node
from status import cluster_health
from status.lab_status import LabStatus
from status.trouble import Trouble, TroubleId
from status.web_page import page_of

__all__ = ["END_STATE", "Expectation", "Trouble", "interrupted", "lasting", "troubles", "unconfigured"]

LASTING: frozenset[TroubleId] = frozenset(
    {
        "left-constraint",
        "maintenance-mode",
        "node-maintenance",
        "node-standby",
        "not-configured",
        "page-refused",
        "unmanaged",
        "wrong-page",
    }
)
"""Troubles that no waiting ends: someone set them, and someone has to take them back."""


@dataclass(frozen=True)
class Expectation:
    """What must be so for a lab to be healthy. Without any other words it is lab.yaml's end state.

    `kinds` are the kinds of resources that must run. `serves`: clients must get the owner's page.
    `undone` are the lines of a node's undone part that are wanted (NodeStatus.undone), such as two_node.
    `during_drill`: a drill or a heal asks, so its own entries in the journal are no trouble.
    """

    kinds: tuple[str, ...] = ("address", "web")
    serves: bool = True
    undone: frozenset[str] = frozenset()
    during_drill: bool = False


END_STATE = Expectation()


def troubles(lab: Lab, seen: LabStatus, expectation: Expectation = END_STATE) -> tuple[Trouble, ...]:
    """What keeps the lab from being healthy, causes before their consequences; none when it is healthy."""
    found = [
        *([] if expectation.during_drill else _drill(seen)),
        *_nodes(seen, expectation),
        *unconfigured(lab, seen, expectation),
        *_cluster(lab, seen, expectation),
        *_address(lab, seen, expectation),
        *_web(lab, seen),
        *_page(lab, seen, expectation),
    ]
    return tuple(dict.fromkeys(found))


def lasting(found: Iterable[Trouble]) -> bool:
    """Whether no waiting ends any of these troubles."""
    return all(one.id in LASTING for one in found)


def interrupted(pending: Collection[JournalEntry]) -> str:
    """What to tell of a drill that was interrupted; "" when there was none."""
    left = dict.fromkeys(f"{one.what} on {one.target}" if one.target else one.what for one in pending)
    return f"a drill was interrupted and left {', '.join(left)}: ./lab heal" if left else ""


def unconfigured(lab: Lab, seen: LabStatus, expectation: Expectation = END_STATE) -> tuple[Trouble, ...]:
    """The resources of lab.yaml that no cluster that answers knows."""
    states = [one.state for one in seen.nodes.values() if one.state is not None]
    wanted = [one.id for one in lab.resources if one.kind in expectation.kinds] if states else []
    return tuple(
        Trouble("not-configured", f"{id_} is not configured: ./lab provision", resource=id_)
        for id_ in wanted
        if not any(cluster_health.knows(state, id_) for state in states)
    )


def _drill(seen: LabStatus) -> Iterator[Trouble]:
    if seen.drill:
        yield Trouble("drill-at-work", f"a drill or a heal is at work (process {seen.drill})")
    elif seen.pending:
        yield Trouble("drill-interrupted", interrupted(seen.pending))


def _nodes(seen: LabStatus, expectation: Expectation) -> Iterator[Trouble]:
    for node, one in seen.nodes.items():
        if one.machine == "off":
            yield Trouble("machine-off", "its machine is off", node.name)
        elif one.machine == "paused":
            yield Trouble("machine-paused", "its machine is paused", node.name)
        elif not one.reachable:
            yield Trouble("unreachable", "does not answer over ssh", node.name)
        elif one.state is None:
            yield Trouble("no-cluster", "no cluster answers there", node.name)
        for line in one.undone:
            if line not in expectation.undone:
                yield Trouble("undone", f"not healed yet: {line}", node.name)
        if one.dc_at_work:
            yield Trouble("dc-at-work", "the DC is at work, and about to change what runs where", node.name)


def _cluster(lab: Lab, seen: LabStatus, expectation: Expectation) -> Iterator[Trouble]:
    """What the nodes say of the cluster; a node's name stands before what not all of them say."""
    told = {node for node, one in seen.nodes.items() if one.state is None}
    views = {
        node: tuple(cluster_health.troubles(lab, one, expectation.kinds, told))
        for node, one in seen.nodes.items()
        if one.state is not None
    }
    for trouble in dict.fromkeys(one for view in views.values() for one in view):
        sayers = [node for node, view in views.items() if trouble in view]
        if len(sayers) == len(views):
            yield trouble
        else:
            yield from (replace(trouble, node=node.name) for node in sayers)


def _address(lab: Lab, seen: LabStatus, expectation: Expectation) -> Iterator[Trouble]:
    """Exactly one node holds the floating address: the one where the cluster runs it."""
    id_, holders, owners = lab.resource("address").id, seen.holders, _owners(lab, seen, "address")
    runs = f"the cluster runs {id_} on {_names(owners)}"
    if len(holders) > 1:
        yield Trouble("vip-on-several-nodes", f"{lab.vip} is held by {_names(holders)}; {runs}", resource=id_)
    elif not holders and "address" in expectation.kinds and _known(seen.best, id_):
        who = "no node" if all(one.reachable for one in seen.nodes.values()) else "no node that answers"
        yield Trouble("vip-nowhere", f"{lab.vip} is held by {who}", resource=id_)
    elif holders and seen.best is not None and holders[0] not in owners:
        yield Trouble("vip-elsewhere", f"{lab.vip} is held by {holders[0].name}, but {runs}", resource=id_)


def _web(lab: Lab, seen: LabStatus) -> Iterator[Trouble]:
    """The web server runs where the cluster runs it, and nowhere else."""
    if seen.best is None:
        return
    id_, owners = lab.resource("web").id, _owners(lab, seen, "web")
    for node, one in seen.nodes.items():
        if not one.reachable:
            continue
        if node in owners and one.web != "running":
            what = "is stopped by a signal" if one.web == "hung" else "does not run"
            yield Trouble(
                "web-hung" if one.web == "hung" else "web-stopped",
                f"the cluster runs {id_} here, but the web server {what}",
                node.name,
                resource=id_,
            )
        if node not in owners and one.web != "stopped":
            yield Trouble(
                "web-elsewhere",
                f"the web server runs here, but the cluster runs {id_} on {_names(owners)}",
                node.name,
                resource=id_,
            )


def _page(lab: Lab, seen: LabStatus, expectation: Expectation) -> Iterator[Trouble]:
    """Clients get the page of the node that holds the floating address."""
    page = seen.page
    if page is None or not expectation.serves:
        return
    if page.refused:
        yield Trouble("page-refused", page.refused)
        return
    if seen.best and not all(cluster_health.knows(seen.best, one.id) for one in lab.resources):
        return  # not configured, which is told already
    silent = [node for node, one in seen.nodes.items() if not one.reachable]
    holders = seen.holders or tuple(silent)
    if not page.text:
        yield Trouble("no-page", f"{lab.url} does not answer")
    elif page.text not in [page_of(node) for node in holders]:
        whose = f"{_names(seen.holders)} {'hold' if len(seen.holders) > 1 else 'holds'} {lab.vip}"
        yield Trouble("wrong-page", f"{lab.url} answers {page.text[:100]!r}, but {whose}")


def _owners(lab: Lab, seen: LabStatus, kind: str) -> tuple[Node, ...]:
    where = seen.best.where(lab.resource(kind).id) if seen.best else ()
    return tuple(node for node in seen.nodes if node.name in where)


def _known(state: ClusterState | None, resource: str) -> bool:
    return state is not None and cluster_health.knows(state, resource)


def _names(nodes: Collection[Node]) -> str:
    return " and ".join(node.name for node in nodes) or "no node"
