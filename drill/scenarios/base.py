"""What a Scenario is: a starting state, a few moves, and the checks that judge what was recorded. Data only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from cluster.outage_bounds import Kind
from drill.record.header import CheckRow
from drill.scenarios.overrides import Overrides
from inventory.sizes import LEAST_NODES, MOST_NODES

Target = Literal["active", "passive", "dc", "both", "any", "passives", "upper half", "untouched", "witness"]
"""The nodes that a fault hits, found at the injection: one, or several at once; or the witness, which is no node.

`any` is the active or the first passive node, selected by the seed. `untouched` is the first node without the address
that this scenario has not hit yet. `passives` are all nodes without the address,
`upper half` the nodes with the higher nodeids; a fault of the network leaves the nodes of these groups connected.
"""
ClusterTime = Literal["loss", "address monitor", "web monitor", "request"]
"""The cluster's own times: token plus consensus (`loss`: the loss of a node), or the interval of a monitor.

`request` is the longest time that a request of the probe waits for its answer."""
MONITOR_TIME: Mapping[str, ClusterTime] = {"address": "address monitor", "web": "web monitor"}
"""The name of the interval of a monitor, by the kind of its resource."""


@dataclass(frozen=True)
class Inject:
    """Inject a fault, and prove that it is in effect."""

    fault: str
    target: Target = "active"


@dataclass(frozen=True)
class Heal:
    """Heal the injected faults on the node with a role, or all of them ("")."""

    role: str = ""


@dataclass(frozen=True)
class Await:
    """Wait until a condition is true (see drill.scenarios.conditions). The check `came_about` judges it.

    Wait at most `within` seconds, or longer when the cluster's own times need it.
    """

    condition: str
    within: float = 30.0


@dataclass(frozen=True)
class Observe:
    """Wait to see that nothing happens: `times` times one of the cluster's own times."""

    cluster_time: ClusterTime = "loss"
    times: float = 1.0


@dataclass(frozen=True)
class Configure:
    """Change the configuration to other overrides during the scenario."""

    overrides: Overrides


@dataclass(frozen=True)
class Recompute:
    """Make pacemaker compute its actions again on the node with a role, if it does not do so when quorum is lost."""

    role: str


@dataclass(frozen=True)
class Read:
    """Wait until the output of a shell command on a node contains a text; at most `within` seconds."""

    role: str
    command: str
    shows: str
    within: float = 30.0


@dataclass(frozen=True)
class Call:
    """Call a function of a test, while the faults are in effect and the clients are observed (docs/plugin.md).

    Whatever it raises ends the scenario; the cluster is healed, and the error is raised.
    """

    function: Callable[[], object]


@dataclass(frozen=True)
class Capture:
    """Keep what the cluster of the first node with a role says now: its CIB, its scores and its votes.

    `label` names the moment (see drill.record.header.Captured).
    """

    role: str
    label: str


@dataclass(frozen=True)
class ForEachOther:
    """Do these moves once for each node but the one that holds the address; the target `untouched` is each in turn."""

    moves: tuple[SingleMove, ...]


SingleMove = Inject | Heal | Await | Observe | Configure | Recompute | Read | Call | Capture
Move = SingleMove | ForEachOther


def single_moves(moves: Iterable[Move], nodes: int) -> tuple[SingleMove, ...]:
    """The moves one by one, in a lab with so many nodes."""
    found: list[SingleMove] = []
    for move in moves:
        found += move.moves * (nodes - 1) if isinstance(move, ForEachOther) else [move]
    return tuple(found)


@dataclass(frozen=True)
class Explanation:
    """What a student reads: the title, and the reason for the cluster's behaviour (scenarios.yaml)."""

    title: str
    why: str


@dataclass(frozen=True)
class Scenario:
    """One scenario. `name` is stored in records: never change it.

    `kind` is the kind of outage to predict (see cluster.outage_bounds); None when nothing can be predicted.
    `budget` is a key of lab.yaml's budget_s, or "". `step` is the step of the walkthrough. `fenced`: it needs a lab
    with fencing (see drill.scenarios.fencing). `sizes`: the least and the greatest number of nodes
    (see drill.scenarios.sizes). `third_vote`: it needs a witness (see drill.scenarios.third_vote). `writes`: a
    client writes numbers to the service (see drill.scenarios.writes).
    In the parameters of checks, "@web" and "@address" mean the resource of that kind, "@two_node" means whether the
    nodes that are left keep quorum when one is lost, "@restarts" how many outages a restart of each node causes, and
    "@may_lose" how many acknowledged writes lab.yaml allows to be lost.
    """

    name: str
    step: str
    moves: tuple[Move, ...]
    checks: tuple[CheckRow, ...]
    overrides: Overrides = field(default_factory=Overrides)
    kind: Kind | None = None
    budget: str = ""
    fenced: bool = False
    sizes: tuple[int, int] = (LEAST_NODES, MOST_NODES)
    third_vote: bool = False
    writes: bool = False

    @property
    def needs_another_lab(self) -> bool:
        """It needs a lab with fencing, with a witness, or with more nodes than the walkthrough's."""
        return self.fenced or self.third_vote or self.sizes[0] > LEAST_NODES

    @property
    def states(self) -> tuple[Overrides, ...]:
        """All states of the configuration that it makes: the starting state, then those of its moves."""
        moves = single_moves(self.moves, LEAST_NODES)
        return (self.overrides, *(move.overrides for move in moves if isinstance(move, Configure)))

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults that it injects, in order."""
        return tuple(move.fault for move in single_moves(self.moves, LEAST_NODES) if isinstance(move, Inject))
