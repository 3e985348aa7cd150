"""What a Scenario is: a starting state, a few moves, and the checks that judge what was recorded. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cluster.outage_bounds import Kind
from drill.scenarios.overrides import Overrides

Target = Literal["active", "passive", "dc", "both", "any"]
"""Whom a fault hits, resolved when it is injected. `any` is the active or the passive node, by the run's seed."""
ClusterTime = Literal["loss", "address monitor", "web monitor"]
"""The cluster's own times: token and consensus together, or a monitor's interval."""


@dataclass(frozen=True)
class Inject:
    """Break something, and prove that it is broken."""

    fault: str
    target: Target = "active"


@dataclass(frozen=True)
class Heal:
    """Mend what was broken: on one role's node, or ("") everywhere."""

    role: str = ""


@dataclass(frozen=True)
class Await:
    """Wait until a condition holds (see drill.scenarios.conditions). Check `came_about` judges it.

    At most `within` seconds, or longer where the cluster's own times ask for more.
    """

    condition: str
    within: float = 30.0


@dataclass(frozen=True)
class Observe:
    """Look on, to see that something does not happen: so many times as long as one of the cluster's own times."""

    span: ClusterTime = "loss"
    times: float = 1.0


@dataclass(frozen=True)
class Configure:
    """Change the starting state into another one, while all goes on."""

    overrides: Overrides


@dataclass(frozen=True)
class Read:
    """Wait until a node's own tool says something: that a text is in what a shell command prints there."""

    role: str
    command: str
    shows: str
    within: float = 30.0


Move = Inject | Heal | Await | Observe | Configure | Read
Check = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Text:
    """What a student reads: the title, and why the cluster does what it does (scenarios.yaml)."""

    title: str
    why: str


@dataclass(frozen=True)
class Scenario:
    """One row. `kind` is what the bounds predict for the first fault (None: nothing can be predicted).

    `budget` is a key of lab.yaml's budget_s, or "".
    `step` is the walkthrough's. In checks, "@web" and "@address" stand for the resource of that kind,
    and "@two_node" for lab.yaml's two_node.
    """

    name: str
    step: str
    moves: tuple[Move, ...]
    checks: tuple[Check, ...]
    overrides: Overrides = field(default_factory=Overrides)
    kind: Kind | None = None
    budget: str = ""

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults that it injects, in order."""
        return tuple(move.fault for move in self.moves if isinstance(move, Inject))
