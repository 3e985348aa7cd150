"""The data types of the lab, all immutable, without I/O. `inventory.config.lab_yaml` makes them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from inventory.corosync import Corosync
from inventory.node import Node as Node  # noqa: PLC0414 -- the other modules get it from here
from inventory.ranges import BENCHMARKS
from inventory.services import Services
from inventory.settings import Drill, MachineSettings

NO_FENCING, IPMI, OWN = "none", "ipmi", "own"
"""lab.yaml's `fencing`. OWN: an adopted cluster with fence devices of its own."""
INFINITY = 1_000_000  # Pacemaker's (Pacemaker Explained, "Scores"; walkthrough step 7.1)
MOST_PATIENCE, LONGEST_PROBE_TIMEOUT_MS = 20.0, 10_000  # a longer limit of a request takes too many threads


@dataclass(frozen=True)
class Resource:
    """A resource: id, kind (address or web; the platform decides the agent), monitor. `clone`: it runs on all nodes."""

    id: str
    kind: str
    monitor: str
    clone: bool = False


@dataclass(frozen=True)
class Colocation:
    """`resource` prefers the node of `with_resource` by `score`; INFINITY: it runs only there."""

    resource: str
    with_resource: str
    score: int


@dataclass(frozen=True)
class Order:
    """`first` starts before `then`; `then` stops before `first`."""

    first: str
    then: str


@dataclass(frozen=True)
class Location:
    """`resource` prefers `node` by `score`. `id` is the constraint's id in the CIB; it is ignored in comparisons."""

    id: str = field(compare=False)
    resource: str
    node: str
    score: int


Constraint = Colocation | Order | Location


@dataclass(frozen=True)
class Witness:
    """The machine that gives the third vote: it runs corosync-qnetd(8), and is no cluster node (its id is 0).

    `algorithm` decides which partition gets the vote: ffsplit or lms (corosync-qdevice(8)).
    """

    machine: Node
    algorithm: str


@dataclass(frozen=True)
class Lab:
    """lab.yaml, validated. `platform` and `provider` may still be "auto". `labs` has the networks of labs 2, 3, ..."""

    name: str
    platform: str
    provider: str
    network: IPv4Network
    nodes: tuple[Node, ...]
    vip: IPv4Address
    memory_mb: int
    machine: MachineSettings
    patience: float  # the factor of all waits and tolerances on slow machines, from 1 on, but not of budgets
    corosync: Corosync
    properties: Mapping[str, str]
    stickiness: int
    resources: tuple[Resource, ...]
    colocations: tuple[Colocation, ...]
    orders: tuple[Order, ...]
    locations: tuple[Location, ...]
    drill: Drill
    images: Mapping[str, str]  # the base image by platform, in place of the platform's own (a mirror's)
    labs: IPv4Network = BENCHMARKS
    number: int = 1
    fencing: str = NO_FENCING  # or IPMI: each node has a BMC, by which another node switches it off; or OWN
    services: Services = field(default_factory=Services)  # resources of any agent
    witness: Witness | None = None  # with `quorum: qdevice`
    ssh_config: str = ""
    """The ssh_config of an adopted cluster, which somebody else made; "" for the lab's own machines."""

    reboots: bool = True  # a node that reboots itself comes back; no container does, without its engine

    @property
    def adopted(self) -> bool:
        """The cluster was made by somebody else: the lab changes nothing on it, except in a drill."""
        return bool(self.ssh_config)

    @property
    def node1(self) -> Node:
        """The node on which the walkthrough's commands are run."""
        return self.nodes[0]

    @property
    def preferred(self) -> Node:
        """The node of the first location constraint; node1 when there is none."""
        return self.node(self.locations[0].node) if self.locations else self.node1

    @property
    def machines(self) -> tuple[Node, ...]:
        """The nodes, and the witness if the lab has one."""
        return (*self.nodes, self.witness.machine) if self.witness else self.nodes

    def node(self, name: str) -> Node:
        """The node with a full name or an alias. Raises KeyError."""
        return _called(name, self.nodes)

    def machine_called(self, name: str) -> Node:
        """The node or the witness with a full name or an alias. Raises KeyError."""
        return _called(name, self.machines)

    def peers(self, node: Node) -> tuple[Node, ...]:
        """The other nodes, in the order of lab.yaml."""
        return tuple(other for other in self.nodes if other != node)

    def has(self, kind: str) -> bool:
        """Whether lab.yaml has a resource of a kind; only a lab with services may lack the web server."""
        return any(one.kind == kind for one in self.resources)

    def resource(self, kind: str) -> Resource:
        """The resource of a kind (address, web)."""
        return next(resource for resource in self.resources if resource.kind == kind)

    def patient(self, seconds: float) -> float:
        """A time limit for this lab's machines, from the limit for a machine of usual speed (seconds)."""
        return seconds * self.patience

    @property
    def probe_timeout_s(self) -> float:
        """The longest time until a request has its answer (seconds), at most LONGEST_PROBE_TIMEOUT_MS."""
        return min(self.patient(self.drill.probe_timeout_ms), LONGEST_PROBE_TIMEOUT_MS) / 1000

    @property
    def url(self) -> str:
        """What the probe asks the service for, as a URL or a command."""
        return self.drill.probe.target(self.vip)


def _called(name: str, machines: tuple[Node, ...]) -> Node:
    for one in machines:
        if one.is_called(name):
            return one
    raise KeyError(name)


PowerAction = Literal["power_off", "power_on", "freeze", "thaw"]
BmcAction = Literal["stop", "slow", "restore"]


@dataclass(frozen=True)
class NodeAction:
    """One action on one node: a shell text that root runs, or one on its power or its BMC. `purpose`: see Command."""

    node: str
    script: str = ""
    power: PowerAction | None = None
    bmc: BmcAction | None = None
    deadline: float = 30.0
    why: str = ""
    cuts: bool = False  # the action may end the ssh connection itself, so that no answer counts as success
    purpose: str = ""  # see Command.purpose

    @property
    def command(self) -> Command:
        """The command that runs the script."""
        return Command.script(
            self.node, self.script, why=self.why, deadline=self.deadline, purpose=self.purpose
        )


@dataclass(frozen=True)
class Command:
    """A command that root runs on a node: an argv, or a script for the shell (POSIX sh).

    `why` is one line for people. `deadline` is in seconds; the node enforces it too. `ok` are the exit statuses that
    mean success. `stdin` is the standard input. `purpose` is a stable id of the kind of command
    ("read-node-status", "inject-fault"), for the log and the tests; it is not sent to the node. `hidden`: what the log
    has in place of the command; its text then goes by standard input (inventory.remote.hidden).
    """

    node: str
    argv: tuple[str, ...]
    why: str = ""
    stdin: str | None = None
    deadline: float = 60.0
    ok: tuple[int, ...] = (0,)
    purpose: str = ""
    hidden: str = ""

    @classmethod
    def script(
        cls,
        node: str,
        text: str,
        *,
        why: str = "",
        stdin: str | None = None,
        deadline: float = 60.0,
        ok: tuple[int, ...] = (0,),
        purpose: str = "",
    ) -> Command:
        """A shell text as a command: `sh -c text`."""
        return cls(node, ("sh", "-c", text), why, stdin, deadline, ok, purpose)

    @property
    def line(self) -> str:
        """The command as typed in a shell (for a script: its text, without `sh -c`)."""
        is_script = self.argv[:2] == ("sh", "-c") and len(self.argv) == 3
        return self.argv[2] if is_script else shlex.join(self.argv)


@dataclass(frozen=True)
class Result:
    """The result of a command: exit status, stdout, stderr, and duration in seconds (monotonic clock)."""

    command: Command
    status: int
    out: str
    err: str
    seconds: float = field(default=0.0, compare=False)

    @property
    def good(self) -> bool:
        """The exit status means success (Command.ok)."""
        return self.status in self.command.ok
