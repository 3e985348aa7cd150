"""What a Fault is: data that says how to break one thing, how to prove that it broke, and how to mend it.

Nothing here runs anything: `drill.faults` holds the rows, `drill.faults.remedies` what puts things right, and
`drill.execute.injector` interprets both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cluster.outage_bounds import Kind
from inventory.model import Lab, Node, NodeAction, PowerWord
from inventory.platforms.base import Platform
from inventory.session import LabSession

Role = Literal["active", "passive", "dc", "both"]
ROLES: tuple[Role, ...] = ("active", "passive", "dc", "both")


@dataclass(frozen=True)
class Proof:
    """A reading that proves something: a shell text that prints `yes`, or the power state of a machine.

    Where the text prints something else, it is why not.
    """

    node: str
    script: str = ""
    power: Literal["", "off", "frozen"] = ""
    what: str = ""


@dataclass(frozen=True)
class FaultScope:
    """All that a fault may know when it is injected: the lab under way, and the node that it hits."""

    session: LabSession
    target: Node

    @property
    def lab(self) -> Lab:
        """The lab's description."""
        return self.session.lab

    @property
    def platform(self) -> Platform:
        """The operating system of the nodes."""
        return self.session.platform

    @property
    def peer(self) -> Node:
        """The other node."""
        return self.session.lab.peer(self.target)


def scopes(session: LabSession) -> tuple[FaultScope, ...]:
    """Each node as the target of a fault."""
    return tuple(FaultScope(session, node) for node in session.lab.nodes)


@dataclass(frozen=True)
class Remedy:
    """One thing to be put right on a node, as shell texts. Safe at any time, and as often as one likes.

    `wrong` is a condition that holds while it is not right; only then `right` is run, and `said` told.
    """

    said: str
    wrong: str
    right: str


RemedyFactory = Callable[[FaultScope], Remedy]


@dataclass(frozen=True)
class Fault:
    """One way to break one node.

    `heals` names what puts it right again, on the target; `power` is done before that. `armed`: the
    same is armed on the node before the cut, and done by a timer there when nobody comes back.
    `roles` are the targets that make sense, the usual one first.
    `answers`: the target goes on answering clients while it is broken (see `cluster.outage_bounds.bounds`).
    `monitor` is the kind of resource whose monitor has to notice. `needs` are the words of the machine's power
    that the provider must have for it.
    """

    name: str
    title: str
    kind: Kind
    inject: Callable[[FaultScope], tuple[NodeAction, ...]]
    in_effect: Callable[[FaultScope], tuple[Proof, ...]]
    remedies: tuple[RemedyFactory, ...]
    power: PowerWord | None = None
    armed: bool = True
    roles: tuple[Role, ...] = ROLES
    answers: bool | None = None
    monitor: Literal["web", "address"] = "web"
    needs: tuple[PowerWord, ...] = ()

    def refusal(self, session: LabSession) -> str:
        """Why the fault cannot be had on a lab: its provider has no way to it; "" when it can."""
        whys = (session.provider.power.lacks(word) for word in self.needs)
        why = next(filter(None, whys), "")
        return f"{self.name} cannot be had with {session.provider.name}: {why}" if why else ""
