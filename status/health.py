"""The one judgement whether a lab is healthy, from a LabStatus. Pure.

`./lab status`, heal, the drill, check and break all use this judgement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from cluster import service_state
from cluster.crm_mon import ClusterState
from cluster.fencing import device_ids
from inventory.journal import JournalEntry
from inventory.model import Lab, Node
from inventory.probes import PAGE
from status import cluster_health
from status.lab_status import LabStatus
from status.trouble import Trouble, TroubleId
from status.web_page import is_page_of

__all__ = ["END_STATE", "Expectation", "Trouble", "are_permanent", "interrupted", "troubles", "unconfigured"]

PERMANENT: frozenset[TroubleId] = frozenset(
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
"""Troubles that do not end by waiting: a person set them, and a person or a heal has to undo them."""


@dataclass(frozen=True)
class Expectation:
    """What a healthy lab must look like. The default is lab.yaml's end state.

    `kinds` are the kinds of resources that must run. `serves`: clients must get the owner's page.
    `undone` are the lines of NodeStatus.undone that are intended, such as two_node.
    `during_drill`: a drill or a heal asks, so its own entries in the journal are no trouble.
    `promotable`: of each promotable clone, another instance must be able to take over.
    """

    kinds: tuple[str, ...] = ("address", "web")
    serves: bool = True
    undone: frozenset[str] = frozenset()
    during_drill: bool = False
    promotable: bool = True


END_STATE = Expectation()


def troubles(lab: Lab, lab_status: LabStatus, expectation: Expectation = END_STATE) -> tuple[Trouble, ...]:
    """What keeps the lab from being healthy, causes before their consequences; none when it is healthy."""
    found = [
        *([] if expectation.during_drill else _drill(lab_status)),
        *(Trouble("bmc-silent", why, node.name) for node, why in lab_status.bmcs.items()),
        *_witness(lab, lab_status),
        *_nodes(lab_status, expectation),
        *unconfigured(lab, lab_status, expectation),
        *_cluster(lab, lab_status, expectation),
        *_address(lab, lab_status, expectation),
        *_web(lab, lab_status),
        *_page(lab, lab_status, expectation),
    ]
    return tuple(dict.fromkeys(found))


def are_permanent(found: Iterable[Trouble]) -> bool:
    """Whether none of these troubles ends by waiting."""
    return all(one.id in PERMANENT for one in found)


def interrupted(pending: Collection[JournalEntry]) -> str:
    """The message about an interrupted drill; "" when there was none."""
    left = dict.fromkeys(map(left_by, pending))
    return f"a drill was interrupted and left {', '.join(left)}: ./lab heal" if left else ""


def left_by(entry: JournalEntry) -> str:
    """What a journal entry says that a drill did, and where."""
    return f"{entry.what} on {entry.target}" if entry.target else entry.what


def unconfigured(
    lab: Lab, lab_status: LabStatus, expectation: Expectation = END_STATE
) -> tuple[Trouble, ...]:
    """The resources of lab.yaml that are not configured in any cluster that answers."""
    states = [one.state for one in lab_status.nodes.values() if one.state is not None]
    services = [one.id for one in lab.resources if one.kind in expectation.kinds]
    wanted = [*services, *lab.services.ids, *device_ids(lab)] if states else []
    return tuple(
        Trouble("not-configured", f"{id_} is not configured: ./lab provision", resource=id_)
        for id_ in wanted
        if not any(service_state.placements(state, id_) for state in states)
    )


def _drill(lab_status: LabStatus) -> Iterator[Trouble]:
    if lab_status.drill:
        yield Trouble("drill-at-work", f"a drill or a heal is running (process {lab_status.drill})")
    elif lab_status.pending:
        yield Trouble("drill-interrupted", interrupted(lab_status.pending))


def _witness(lab: Lab, lab_status: LabStatus) -> Iterator[Trouble]:
    """The witness must run, and each node must have its vote."""
    if lab.witness is None:
        return
    if lab_status.witness is not None and (why := lab_status.witness.trouble):
        yield Trouble("witness-down", f"the witness gives no votes: {why}", lab.witness.machine.name)
    for node, one in lab_status.nodes.items():
        if one.vote is not None and not one.vote.given:
            yield Trouble("no-vote", f"the quorum device: {one.vote.summary}", node.name)


def _nodes(lab_status: LabStatus, expectation: Expectation) -> Iterator[Trouble]:
    for node, one in lab_status.nodes.items():
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
                yield Trouble("undone", f"needs ./lab heal, which then reports: {line}", node.name)
        if one.unanswered:
            what = f"gets no answer from {one.unanswered} through corosync: a new membership may be forming"
            yield Trouble("ring-silent", what, node.name)
        if one.dc_at_work:
            yield Trouble(
                "dc-at-work", "the DC is busy: it is about to start, stop or move resources", node.name
            )


def _cluster(lab: Lab, lab_status: LabStatus, expectation: Expectation) -> Iterator[Trouble]:
    """The troubles of the cluster. A trouble that not all nodes show gets the name of each node that shows it."""
    known_offline = {node for node, one in lab_status.nodes.items() if one.state is None}
    by_node = {
        node: tuple(
            cluster_health.troubles(
                lab, one, expectation.kinds, known_offline, promotable=expectation.promotable
            )
        )
        for node, one in lab_status.nodes.items()
        if one.state is not None
    }
    for trouble in dict.fromkeys(one for found in by_node.values() for one in found):
        nodes = [node for node, found in by_node.items() if trouble in found]
        if len(nodes) == len(by_node):
            yield trouble
        else:
            yield from (replace(trouble, node=node.name) for node in nodes)


def _address(lab: Lab, lab_status: LabStatus, expectation: Expectation) -> Iterator[Trouble]:
    """Exactly one node must hold the floating address: the one where the cluster runs it."""
    id_, owners, placed_on = (
        lab.resource("address").id,
        lab_status.owners,
        _placed_on(lab, lab_status, "address"),
    )
    runs = f"the cluster runs {id_} on {_names(placed_on)}"
    if len(owners) > 1:
        yield Trouble("vip-on-several-nodes", f"{lab.vip} is held by {_names(owners)}; {runs}", resource=id_)
    elif not owners and "address" in expectation.kinds and _is_configured(lab_status.best, id_):
        who = "no node" if all(one.reachable for one in lab_status.nodes.values()) else "no node that answers"
        yield Trouble("vip-nowhere", f"{lab.vip} is held by {who}", resource=id_)
    elif owners and lab_status.best is not None and owners[0] not in placed_on:
        yield Trouble("vip-elsewhere", f"{lab.vip} is held by {owners[0].name}, but {runs}", resource=id_)


def _web(lab: Lab, lab_status: LabStatus) -> Iterator[Trouble]:
    """The web server must run where the cluster runs it, and nowhere else."""
    if lab_status.best is None or not lab.has("web"):
        return
    id_, placed_on = lab.resource("web").id, _placed_on(lab, lab_status, "web")
    for node, one in lab_status.nodes.items():
        if not one.reachable:
            continue
        if node in placed_on and one.web != "running":
            what = "is stopped by a signal" if one.web == "hung" else "does not run"
            yield Trouble(
                "web-hung" if one.web == "hung" else "web-stopped",
                f"the cluster runs {id_} here, but the web server {what}",
                node.name,
                resource=id_,
            )
        if node not in placed_on and one.web != "stopped":
            yield Trouble(
                "web-elsewhere",
                f"the web server runs here, but the cluster runs {id_} on {_names(placed_on)}",
                node.name,
                resource=id_,
            )


def _page(lab: Lab, lab_status: LabStatus, expectation: Expectation) -> Iterator[Trouble]:
    """Clients must get the page of the node that holds the floating address."""
    page = lab_status.page
    if page is None or not expectation.serves:
        return
    if page.refused:
        yield Trouble("page-refused", page.refused)
        return
    if lab_status.best and not all(
        cluster_health.is_configured(lab_status.best, one.id) for one in lab.resources
    ):
        return  # already reported as not-configured
    silent = [node for node, one in lab_status.nodes.items() if not one.reachable]
    owners = lab_status.owners or tuple(silent)
    if not page.text:
        yield Trouble("no-page", f"{lab.url} does not answer")
    elif lab.drill.probe == PAGE and not any(is_page_of(page.text, node) for node in owners):
        owner_text = (
            f"{_names(lab_status.owners)} {'hold' if len(lab_status.owners) > 1 else 'holds'} {lab.vip}"
        )
        yield Trouble("wrong-page", f"{lab.url} answers {page.text[:100]!r}, but {owner_text}")


def _placed_on(lab: Lab, lab_status: LabStatus, kind: str) -> tuple[Node, ...]:
    """The nodes on which the cluster runs the resource of a kind."""
    names = lab_status.best.where(lab.resource(kind).id) if lab_status.best else ()
    return tuple(node for node in lab_status.nodes if node.name in names)


def _is_configured(state: ClusterState | None, resource: str) -> bool:
    return state is not None and cluster_health.is_configured(state, resource)


def _names(nodes: Collection[Node]) -> str:
    return " and ".join(node.name for node in nodes) or "no node"
