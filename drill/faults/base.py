"""What a Fault is: data that says how to break one thing, how to prove that it is broken, and how to heal it.

A fault is a row of FAULTS in one module of this package; the registry finds it there. Its shell texts stand in
`scripts/`, by what they do:

    inject_NAME.sh   breaks something
    prove_NAME.sh    prints `yes` when it is broken, else why not
    repair_NAME.sh   a remedy: two functions, `is_wrong` (a condition) and `put_right` (what makes it right)
    others           libraries (`. ./NAME.sh`), and what runs in the background

Nothing here runs anything: `drill.faults.remedies` has the remedies, `drill.execute.injector` runs both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cluster.outage_bounds import Kind
from inventory.model import Lab, Node, NodeAction, PowerWord
from inventory.platforms.base import Platform
from inventory.remote.script import script
from inventory.session import LabSession

Role = Literal["active", "passive", "dc", "both"]
ROLES: tuple[Role, ...] = ("active", "passive", "dc", "both")


@dataclass(frozen=True)
class Proof:
    """A reading that proves something: a shell text that prints `yes`, or the power state of a machine.

    Anything else that the text prints is the reason why not. `what` is what is proven, for people.
    """

    node: str
    script: str = ""
    power: Literal["", "off", "frozen"] = ""
    what: str = ""


@dataclass(frozen=True)
class FaultScope:
    """What a fault knows when it is injected: the session, and the node that it hits."""

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
    """One thing to be put right on a node. Safe at any time, and as often as one likes.

    `script` is a shell text that defines two functions: `is_wrong` has status 0 while the thing is not right, and
    only then `put_right` runs. `message` tells people what was done.
    """

    message: str
    script: str


RemedyFactory = Callable[[FaultScope], Remedy]


def shell(name: str, /, **parameters: object) -> str:
    """A script of the folder `scripts` with its parameters (see inventory.remote.script)."""
    return script(__package__, f"scripts/{name}", **parameters)


def remedy(message: str, name: str, /, **parameters: object) -> Remedy:
    """The remedy of `scripts/repair_NAME.sh`."""
    return Remedy(message, shell(f"repair_{name}", **parameters))


@dataclass(frozen=True)
class Fault:
    """One way to break one node.

    `name` is the id that scenarios and records use. `inject` are the actions that break the node; `in_effect` are
    the readings that prove it. `remedies` heal it, on the target; the machine's `power` comes before them.
    `armed`: before the fault is injected, a timer with the same remedies starts on the node, for the case that
    nobody comes back. `roles` are the targets that make sense, the usual one first. `answers`: the target goes on
    answering clients while it is broken (see `cluster.outage_bounds.bounds`). `monitor` is the kind of resource
    whose monitor has to notice the fault. `needs` are the words of the machine's power that the provider must have.
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
