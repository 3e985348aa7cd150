"""One reading of a node: its machine, its address, its web server, and the cluster as this node sees it.

One remote command reads all of a node, and all nodes are read at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Literal

from cluster import corosync_state, qdevice
from cluster.cib import Cib
from cluster.crm_mon import ClusterState
from cluster.qdevice import Vote
from cluster.scores import Score
from inventory.errors import LabError
from inventory.model import Command, Node
from inventory.remote import sections
from inventory.remote.script import script
from inventory.session import LabSession, MachinePower
from status import node_shell
from status.node_shell import WebState

MachineState = Literal["running", "paused", "off", "unknown"]
PARTS = ("unanswered", "addresses", "processes", "dc_at_work", "state", "cib")
"""The names of the parts that each reading has."""
UNDONE = "undone"
"""The extra part whose lines are troubles: each line names a repair that the node still needs."""


@dataclass(frozen=True)
class NodeStatus:
    """The status of one node. What could not be read is empty or None."""

    machine: MachineState = "unknown"
    reachable: bool = False
    """The node answers on its management path (ssh)."""
    vip: tuple[tuple[str, str], ...] = ()
    """Where the node holds the floating address: pairs of interface and address/prefix."""
    web: WebState = "stopped"
    dc_at_work: bool = False
    """This node is the DC and is busy: it is about to start, stop or move resources."""
    unanswered: str = ""
    """The full name of a node that this one sees online, but gets no answer from through corosync; "" for none."""
    state: ClusterState | None = None
    cib: Cib | None = None
    cib_text: str = ""
    """The CIB as XML."""
    scores: tuple[Score, ...] = ()
    """Read only with `with_figures`, like the memory."""
    memory_mb: int | None = None
    vote: Vote | None = None
    """What corosync here knows about the witness's vote; None without a witness, and without an answer."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """The output of the caller's own parts, by name."""

    @property
    def holds_vip(self) -> bool:
        """The floating address is on this node."""
        return bool(self.vip)

    @property
    def undone(self) -> tuple[str, ...]:
        """The repairs that the node still needs, one line each."""
        return tuple(line for line in self.extra.get(UNDONE, "").splitlines() if line.strip())


Extra = Callable[[Node], Mapping[str, str]]
"""The parts that a caller adds to the reading of a node: maps names to shell texts."""


def no_extra(node: Node) -> Mapping[str, str]:
    """No further parts."""
    return {}


def with_figures(session: LabSession, extra: Extra) -> Extra:
    """The extra parts, with scores and memory for people. A program that waits for a state needs neither of them."""
    limit = session.lab.patient(node_shell.READING_LIMIT_S)
    figures = {
        "scores": node_shell.with_timeout(limit, node_shell.SCORES),
        "memory": script(__package__, "memory"),
    }
    return lambda node: {**figures, **extra(node)}


def reading(session: LabSession, node: Node, extra: Mapping[str, str]) -> Command:
    """One command that reads all of a node's status; the `extra` parts come last."""
    limit = session.lab.patient(node_shell.READING_LIMIT_S)
    others = [one.name for one in session.lab.peers(node)]
    # `unanswered` comes first: it may wait for a new membership, and the other parts must be read after that.
    parts = {
        "unanswered": node_shell.unanswered(others, limit),
        "addresses": node_shell.addresses(session.lab.network),
        "processes": node_shell.processes(session.platform.web_process),
        "dc_at_work": node_shell.dc_at_work(node.name, limit),
        "state": node_shell.with_timeout(limit, node_shell.STATE),
        "cib": node_shell.with_timeout(limit, node_shell.CIB),
    }
    if session.lab.witness is not None:
        ring = corosync_state.membership_script(session.platform.corosync)
        parts["votes"] = node_shell.with_timeout(limit, ring)
    text = sections.script({**parts, **extra})
    return Command.script(node.name, text, why="read the status", deadline=60, purpose="read-node-status")


def parse(session: LabSession, node: Node, out: str) -> NodeStatus:
    """The status of a node, from the output of the command `reading`."""
    parts = sections.read(out)
    found = {name: parts.pop(name, "") for name in PARTS}
    memory = parts.pop("memory", "").split()
    live = node_shell.parse_cib(found["cib"])
    return NodeStatus(
        machine="running",
        reachable=True,
        vip=node_shell.held_addresses(found["addresses"], session.lab.vip),
        web=node_shell.web_state(node_shell.process_states(found["processes"], session.platform.web_process)),
        dc_at_work=found["dc_at_work"].strip() == "yes",
        unanswered=found["unanswered"].strip(),
        state=node_shell.with_history(node_shell.parse_state(found["state"]), live),
        cib=live,
        cib_text=found["cib"].strip(),
        scores=node_shell.parse_scores(parts.pop("scores", "")),
        memory_mb=int(memory[0]) // 2**20 if memory and memory[0].isdigit() else None,
        vote=qdevice.vote(parts.pop("votes", ""), node),
        extra=parts,
    )


def machine_states(nodes: tuple[Node, ...], machines: MachinePower) -> dict[Node, MachineState]:
    """The state of each node's machine; "unknown" when the provider does not know it."""
    try:
        running = machines.running()
        return {node: _machine(machines, running, node) for node in nodes}
    except LabError:
        return dict.fromkeys(nodes, "unknown")


def _machine(machines: MachinePower, running: Mapping[str, bool], node: Node) -> MachineState:
    if machines.frozen(node):  # a paused machine counts as running
        return "paused"
    return "running" if running.get(node.name) else "off"


def look(
    session: LabSession, extra: Extra = no_extra, machines: Mapping[Node, MachineState] | None = None
) -> dict[Node, NodeStatus]:
    """Read all nodes at the same time. A node that does not answer has `reachable=False`.

    `machines` gives the states of the machines; those that are off or paused are not read. Without it, the provider is
    asked only about nodes that do not answer, because that takes seconds with virtual machines.
    """
    nodes = session.lab.nodes

    def read(node: Node) -> NodeStatus:
        machine = machines[node] if machines is not None else "unknown"
        if machine in ("off", "paused"):
            return NodeStatus(machine)
        try:
            result = session.remote.run(reading(session, node, extra(node)))
        except LabError:
            return NodeStatus(machine)
        # A reading that reached its deadline has its first parts; without any part the node did not answer.
        return parse(session, node, result.out) if sections.MARK in result.out else NodeStatus(machine)

    with ThreadPoolExecutor(max_workers=len(nodes)) as pool:
        found = dict(zip(nodes, pool.map(read, nodes), strict=True))
    if machines is None and not all(one.reachable for one in found.values()):
        states = machine_states(nodes, session.machines)
        found = {
            node: one if one.reachable else replace(one, machine=states[node]) for node, one in found.items()
        }
    return found
