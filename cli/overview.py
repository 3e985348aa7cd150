"""The lab at a glance: machines, nodes, DC, quorum, placements, the VIP's holder and answer, scores, troubles."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from cli.context import Context
from cluster import scores, service_state
from cluster.crm_mon import ClusterState
from cluster.fencing import device_ids
from drill.execute import lab_health
from inventory import journal
from inventory.model import Lab, Node
from inventory.services import PROMOTED
from status import health, lab_status, node_status, web_page
from status.cluster_health import is_configured
from status.lab_status import LabStatus
from status.node_status import MachineState, NodeStatus
from status.trouble import Trouble
from status.witness_status import WitnessStatus


@dataclass(frozen=True)
class NodeRow:
    """One node: the state of its machine, whether it answers over ssh, its state in the cluster, the VIP, memory."""

    name: str
    address: str
    machine: MachineState
    reachable: bool
    cluster: str
    holds_vip: bool
    memory_mb: int | None


@dataclass(frozen=True)
class WitnessRow:
    """The witness: its machine, why it gives no votes ("": it does), and what each node knows about its vote."""

    name: str
    address: str
    algorithm: str
    machine: MachineState
    trouble: str
    votes: dict[str, str]


@dataclass(frozen=True)
class Overview:
    """The data of `./lab status`; `page` is the VIP's answer, `refused` says why nothing was sent to it."""

    provider: str
    platform: str
    url: str
    page: str
    refused: str
    dc: str | None
    quorate: bool
    nodes: tuple[NodeRow, ...]
    resources: dict[str, tuple[str, ...]]
    failures: tuple[str, ...]
    scores: tuple[scores.Score, ...]
    found: tuple[Trouble, ...]
    """Why the lab is not healthy; empty when it is healthy."""
    witness: WitnessRow | None = None
    """The witness; None without one."""

    @property
    def troubles(self) -> tuple[str, ...]:
        """`found`, as one line of text each."""
        return tuple(map(str, self.found))

    def json(self) -> dict[str, Any]:
        """The overview as plain data, for --json."""
        return {**asdict(self), "troubles": self.troubles, "healthy": not self.found}


def look(context: Context) -> Overview:
    """Read everything at the same time, and again while resources may move soon; a node that is down is no error.

    Raises MachineError when there is no lab.
    """
    choice = context.machines.choice
    seen = lab_status.at_rest(lambda: read(context), lambda one: one.about_to_change, context.clock)
    return overview(context.lab, choice.provider, choice.platform, seen)


def read(context: Context) -> LabStatus:
    """Read the lab's status. When no machine runs, no connection to a node is tried."""
    machines = node_status.machine_states(context.lab.machines, context.machines)
    if "running" in machines.values() or "unknown" in machines.values():
        session = context.session
        parts = node_status.with_figures(session, lab_health.undone(session))
        return lab_status.look(session, context.fetch, parts, machines)
    third = context.lab.witness
    return LabStatus(
        {node: NodeStatus(machines[node]) for node in context.lab.nodes},
        web_page.ask(context.fetch),
        journal.pending(context.home),
        journal.running_drill(context.machines.state),
        witness=WitnessStatus(machines[third.machine]) if third else None,
    )


def overview(lab: Lab, provider: str, platform: str, seen: LabStatus) -> Overview:
    """Make the overview from a lab's status. Pure."""
    best = seen.best
    page = seen.page or web_page.WebPage()
    return Overview(
        provider=provider,
        platform=platform,
        url=lab.url,
        page=page.text,
        refused=page.refused,
        dc=best.dc if best else None,
        quorate=best.quorate if best else False,
        nodes=tuple(_row(node, one, best) for node, one in seen.nodes.items()),
        resources=_resources(lab, best),
        failures=tuple(
            f"{one.task} of {one.resource} failed on {one.node}: {one.reason}"
            for one in (best.failures if best else ())
        ),
        scores=next((one.scores for one in seen.nodes.values() if one.scores), ()),
        found=health.troubles(lab, seen),
        witness=_witness(lab, seen),
    )


def _witness(lab: Lab, seen: LabStatus) -> WitnessRow | None:
    third, found = lab.witness, seen.witness
    if third is None or found is None:
        return None
    votes = {node.name: one.vote.summary for node, one in seen.nodes.items() if one.vote is not None}
    machine = third.machine
    return WitnessRow(
        machine.name, str(machine.address), third.algorithm, found.machine, found.trouble, votes
    )


def _resources(lab: Lab, best: ClusterState | None) -> dict[str, tuple[str, ...]]:
    if best is None:
        return {}
    ids = (*(one.id for one in lab.resources), *device_ids(lab))
    found = {id_: best.where(id_) for id_ in ids if is_configured(best, id_)}
    return {
        **found,
        **{id_: _places(best, id_) for id_ in lab.services.ids if service_state.placements(best, id_)},
    }


def _places(best: ClusterState, id_: str) -> tuple[str, ...]:
    """The nodes of a resource of any agent; where it is promoted, the role too."""
    promoted = service_state.promoted(best, id_)
    return tuple(
        f"{name} ({PROMOTED})" if name in promoted else name for name in service_state.where(best, id_)
    )


def _row(node: Node, one: NodeStatus, best: ClusterState | None) -> NodeRow:
    return NodeRow(
        name=node.name,
        address=str(node.address),
        machine=one.machine,
        reachable=one.reachable,
        cluster=_membership(node, best),
        holds_vip=one.holds_vip,
        memory_mb=one.memory_mb,
    )


def _membership(node: Node, best: ClusterState | None) -> str:
    """A node's state in the cluster, in crm_mon's words."""
    if best is None:
        return "unknown"
    found = next((one for one in best.nodes if one.name == node.name), None)
    if found is None or not found.online:
        return "OFFLINE"
    words = {"UNCLEAN": found.unclean, "pending": found.pending, "standby": found.standby}
    return next((word for word, so in words.items() if so), "online")
