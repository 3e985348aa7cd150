"""Facts: the state of the nodes now, read by the shell texts of `provision.readings`.

One remote command reads all facts of a node. Facts are never cached: they are read again after each change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cluster import cib, crm_mon
from cluster.configuration import Configuration
from inventory.errors import CommandFailed
from inventory.model import Command, Node, Result
from inventory.remote import sections
from inventory.remote.ssh import run_all
from inventory.session import LabSession
from provision.readings import FACTS, WITNESS_FACTS, Fact
from status import node_shell


@dataclass(frozen=True)
class NodeFacts:
    """One node as read. A text is "" where the file does not exist; `cib` is None when there is no CIB."""

    name: str = ""
    next_name: str = ""
    hosts: str = ""
    interface: str = ""
    """Which interface holds the node's cluster address."""
    addresses: tuple[str, ...] = ()
    """Every address of the cluster's network that the node holds: "eth1 172.16.100.15/16"."""
    resolves: tuple[str, ...] = ()
    """Each node's name and alias with the addresses to which it resolves on this node: "node1 172.16.100.15"."""
    root_key: str = ""
    authorized: str = ""
    host_keys: tuple[str, ...] = ()
    known_hosts: str = ""
    missing: tuple[str, ...] = ()
    at_boot: tuple[str, ...] = ()
    """The cluster's services and the web server, as far as they start at boot."""
    web_restarted: bool = False
    """The init system restarts a killed web server before the cluster sees it."""
    firewall: tuple[str, ...] = ()
    fencing: tuple[str, ...] = ()
    """The files of `fencing: ipmi`: "600 root:root PATH SHA256", a line each, never their texts."""
    vote_ca: str = ""
    """The certificate of the witness's CA that this node trusts (base64); "" without one."""
    vote_name: str = ""
    """The cluster's name in its certificate for the witness."""
    vote_certificate: str = ""
    """The cluster's certificate for the witness (base64)."""
    vote_request: str = ""
    """The request for that certificate (base64), where this node made it."""
    qdevice: bool = False
    """The quorum device runs."""
    qdevice_stale: bool = False
    """The quorum device was started before its certificates were changed."""
    votes: str = ""
    """What corosync says about its votes; "" without a witness."""
    conf: str = ""
    authkey: str = ""
    """Mode, owner and sha256 of the key, never the key: "400 root:root 9f86…", empty without one."""
    log_directory: bool = False
    corosync: bool = False
    pacemaker: bool = False
    stale: bool = False
    """corosync was started before its configuration file or key was changed."""
    node_id: str = ""
    """The nodeid with which corosync runs."""
    has_cib: bool = False
    cib: cib.Cib | None = None
    state: crm_mon.ClusterState | None = None
    verify: str = ""
    """The output of `crm_verify -L -V` on a running cluster; "" when it has no errors."""
    log: str = ""
    page: str = ""
    web_running: bool = False
    agents: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    """The <action> elements in the metadata of each agent that the lab uses, by agent; {} when no agent has any."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The <parameter> and <action> elements of each agent of lab.yaml's services, "!" for one that the node lacks."""
    unprepared: tuple[str, ...] = ()
    """What the node lacks by lab.yaml's script (`prepare`)."""


@dataclass(frozen=True)
class WitnessFacts:
    """The witness as read. A text is "" where there is nothing."""

    missing: tuple[str, ...] = ()
    firewall: tuple[str, ...] = ()
    ca: str = ""
    """The certificate of its CA (base64)."""
    signed_request: str = ""
    """The sha256 of the request that it has signed."""
    signed: str = ""
    """The certificate that it made of this request (base64)."""
    at_boot: bool = False
    runs: bool = False
    stale: bool = False
    """Its service was started before its keys were changed."""


@dataclass(frozen=True)
class Facts:
    """The facts of all nodes, and the facts of the cluster from the node that knows most about it."""

    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    witness: WitnessFacts | None = None
    """The facts of the witness; None in a lab without one."""

    def of(self, node: Node) -> NodeFacts:
        """One node's facts."""
        return self.nodes[node.name]

    @property
    def live(self) -> cib.Cib | None:
        """The running cluster's CIB, else the newest on disk, else None."""
        cibs = [
            (one.pacemaker, one.cib.version, one.cib) for one in self.nodes.values() if one.cib is not None
        ]
        return max(cibs, key=lambda found: found[:2])[2] if cibs else None

    @property
    def cib(self) -> Configuration | None:
        """The configuration of the running cluster, else the newest on disk, else None."""
        return self.live.configuration if self.live else None

    @property
    def metadata(self) -> Mapping[str, str]:
        """The agents' metadata from the first node that has any."""
        return next((one.metadata for one in self.nodes.values() if one.metadata), {})

    @property
    def all_metadata(self) -> Mapping[str, str]:
        """The metadata of all agents of the lab, from the first node that has any."""
        options = next((one.options for one in self.nodes.values() if one.options), {})
        return {**options, **self.metadata}

    @property
    def interface(self) -> str:
        """The interface in the cluster's network; "" when its name is not the same on all nodes."""
        names = {one.interface for one in self.nodes.values()} - {""}
        return names.pop() if len(names) == 1 else ""

    @property
    def state(self) -> crm_mon.ClusterState | None:
        """The cluster as a quorate node sees it, else as any running node does."""
        states = [one.state for one in self.nodes.values() if one.state is not None]
        return max(states, key=lambda state: (state.quorate, state.dc is not None), default=None)


def readings(session: LabSession, node: Node) -> Command:
    """One command that reads all facts of a node."""
    return _command(session, node, FACTS, "read-facts")


def _command(session: LabSession, node: Node, facts: Sequence[Fact], purpose: str) -> Command:
    text = sections.script({fact.field: fact.reading(session, node) for fact in facts})
    return Command.script(node.name, text, why="read the facts", deadline=60, purpose=purpose)


def parse(session: LabSession, result: Result) -> NodeFacts:
    """Parse the output of `readings`. Raises CommandFailed when the command failed."""
    facts = NodeFacts(**_parsed(session, result, FACTS))
    return replace(facts, state=node_shell.with_history(facts.state, facts.cib))


def _parsed(session: LabSession, result: Result, facts: Sequence[Fact]) -> dict[str, Any]:
    if not result.good:
        raise CommandFailed(
            f"{result.command.node}: the facts could not be read (exit {result.status}): {result.err.strip()}",
            hint="Look on the node: ./lab ssh; does `sudo -n true` work there?",
        )
    found = sections.read(result.out)
    return {fact.field: fact.parse(session, found.get(fact.field, "")) for fact in facts}


def gather(session: LabSession) -> Facts:
    """Read all facts of all nodes, and of the witness, at the same time. Raises Unreachable."""
    lab = session.lab
    commands = [readings(session, node) for node in lab.nodes]
    if lab.witness is not None:
        commands.append(_command(session, lab.witness.machine, WITNESS_FACTS, "read-witness-facts"))
    results = run_all(session.remote, commands)
    nodes = {node.name: parse(session, result) for node, result in zip(lab.nodes, results, strict=False)}
    if lab.witness is None:
        return Facts(nodes)
    return Facts(nodes, WitnessFacts(**_parsed(session, results[-1], WITNESS_FACTS)))
