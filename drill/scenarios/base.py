"""What a Scenario is: a starting state, a few moves, and the checks that judge what was recorded. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cluster.outage_bounds import Kind
from drill.record.header import CheckRow
from drill.scenarios.overrides import Overrides

Target = Literal["active", "passive", "dc", "both", "any"]
"""The node that a fault hits, resolved at the injection. `any` is the active or the passive node, by the run's seed."""
ClusterTime = Literal["loss", "address monitor", "web monitor"]
"""The cluster's own times: token and consensus together (the loss of a node), or the interval of a monitor."""


@dataclass(frozen=True)
class Inject:
    """Inject a fault, and prove that it is in force."""

    fault: str
    target: Target = "active"


@dataclass(frozen=True)
class Heal:
    """Heal the injected faults: those on the node of one role, or ("") all of them."""

    role: str = ""


@dataclass(frozen=True)
class Await:
    """Wait until a condition holds (see drill.scenarios.conditions). Check `came_about` judges it.

    At most `within` seconds, or longer where the cluster's own times need it.
    """

    condition: str
    within: float = 30.0


@dataclass(frozen=True)
class Observe:
    """Wait and watch, to see that something does not happen: `times` times one of the cluster's own times."""

    cluster_time: ClusterTime = "loss"
    times: float = 1.0


@dataclass(frozen=True)
class Configure:
    """Change the starting state into another one, while everything else goes on."""

    overrides: Overrides


@dataclass(frozen=True)
class Read:
    """Wait until the output of a shell command on a node contains a text; at most `within` seconds."""

    role: str
    command: str
    shows: str
    within: float = 30.0


Move = Inject | Heal | Await | Observe | Configure | Read


@dataclass(frozen=True)
class Explanation:
    """What a student reads: the title, and why the cluster does what it does (scenarios.yaml)."""

    title: str
    why: str


@dataclass(frozen=True)
class Scenario:
    """One scenario. `name` is stored in records: a change of it makes old records another scenario.

    `kind` is what the prediction is for (see cluster.outage_bounds); None when nothing can be predicted.
    `budget` is a key of lab.yaml's budget_s, or "". `step` is the step of the walkthrough.
    In the parameters of checks, "@web" and "@address" stand for the resource of that kind, and "@two_node" for
    lab.yaml's two_node.
    """

    name: str
    step: str
    moves: tuple[Move, ...]
    checks: tuple[CheckRow, ...]
    overrides: Overrides = field(default_factory=Overrides)
    kind: Kind | None = None
    budget: str = ""

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults that it injects, in order."""
        return tuple(move.fault for move in self.moves if isinstance(move, Inject))
