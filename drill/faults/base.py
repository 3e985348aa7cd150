"""What a Fault is: data that says how to break one thing, how to prove that it is broken, and how to heal it.

A fault is a row of FAULTS in one module of this package; the registry finds it there. Its shell scripts are in
`scripts/`. The name says what a script does:

    inject_NAME.sh   breaks something
    prove_NAME.sh    prints `yes` when it is broken, otherwise the reason why it is not
    repair_NAME.sh   a remedy: two functions, `is_wrong` (a condition) and `put_right` (the repair)
    others           libraries (`. ./NAME.sh`), and programs that run in the background

Data only: `drill.faults.remedies` defines the remedies, `drill.execute.injector` runs faults and remedies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cluster.outage_bounds import Kind
from inventory.bmc.faults import Condition
from inventory.model import NO_FENCING, Lab, Node, NodeAction, PowerAction
from inventory.platforms.base import Platform
from inventory.remote.script import script
from inventory.session import LabSession

Role = Literal["active", "passive", "dc", "both", "witness"]
ROLES: tuple[Role, ...] = ("active", "passive", "dc", "both")
"""The roles of nodes. The witness is no node: only its own faults can hit it."""


@dataclass(frozen=True)
class Proof:
    """A reading that proves something: a shell text that prints `yes`, the power of a machine, or what its BMC lacks.

    Any other output is the reason why it is not proven. `what` describes the proven state, for people.
    """

    node: str
    script: str = ""
    power: Literal["", "off", "frozen"] = ""
    bmc: Condition = ""
    what: str = ""


@dataclass(frozen=True)
class FaultScope:
    """The input of a fault: the session, and the machine that the fault hits: a node, or the witness.

    `beside` are the other nodes that the same fault hits: a fault of the network does not separate them.
    """

    session: LabSession
    target: Node
    beside: tuple[Node, ...] = ()

    @property
    def lab(self) -> Lab:
        """The lab's description."""
        return self.session.lab

    @property
    def platform(self) -> Platform:
        """The operating system of the nodes."""
        return self.session.platform

    @property
    def peers(self) -> tuple[Node, ...]:
        """The nodes that the fault does not hit."""
        return tuple(peer for peer in self.session.lab.peers(self.target) if peer not in self.beside)


def scopes(session: LabSession) -> tuple[FaultScope, ...]:
    """One scope for each node of the lab."""
    return tuple(FaultScope(session, node) for node in session.lab.nodes)


def witness_scopes(session: LabSession) -> tuple[FaultScope, ...]:
    """The scope for the witness; none in a lab without one."""
    return (FaultScope(session, session.lab.witness.machine),) if session.lab.witness else ()


@dataclass(frozen=True)
class Remedy:
    """One repair on a node. It may run at any time and any number of times.

    `script` is a shell text that defines two functions. `is_wrong` has status 0 while the repair is needed; only then
    `put_right` runs. `message` tells people what was done.
    """

    message: str
    script: str


OF_WEB = "web-"
"""The first letters of the names of faults of the web server."""
RemedyFactory = Callable[[FaultScope], Remedy]


def shell(name: str, /, **parameters: object) -> str:
    """A script from the folder `scripts`, with its parameters (see inventory.remote.script)."""
    return script(__package__, f"scripts/{name}", **parameters)


def remedy_of(message: str, is_wrong: str, put_right: str) -> Remedy:
    """The remedy of two shell texts: the condition, with status 0 while the repair is needed, and the repair."""
    return Remedy(message, f"is_wrong() (\n{is_wrong}\n)\nput_right() (\n{put_right}\n)")


def remedy(message: str, name: str, /, **parameters: object) -> Remedy:
    """The remedy of `scripts/repair_NAME.sh`."""
    return Remedy(message, shell(f"repair_{name}", **parameters))


@dataclass(frozen=True)
class Fault:
    """One way to break one node.

    `name` is the id that scenarios and records use. `inject` gives the actions that break the node; `in_effect` gives
    the readings that prove it. `remedies` heal the target; the machine's `power` action runs before them.
    `armed`: before the fault is injected, a timer with the same remedies starts on the node. It heals the node when
    the drill cannot reach it any more. `roles` are the sensible targets, the usual one first. `answers`: the target
    still answers clients while it is broken (see `cluster.outage_bounds.bounds`). `monitor` is the kind of resource
    whose monitor detects the fault. `needs` are the power actions that the provider must support. `stops_node`: while
    the fault is in effect, or while the node comes back, the node itself may not run or may answer late. `loses_node`:
    the nodes lose contact, and neither has left the cluster; with fencing, one of them is then switched off and on.
    `leaves_membership`: the target stops its resources and then leaves the membership by itself.
    `needs_bmc`: it breaks the BMC of the target; the heal restores it first. `restartable`: the init system can undo it
    before a monitor sees it (see drill.execute.restarts).
    """

    name: str
    title: str
    kind: Kind
    inject: Callable[[FaultScope], tuple[NodeAction, ...]]
    in_effect: Callable[[FaultScope], tuple[Proof, ...]]
    remedies: tuple[RemedyFactory, ...]
    power: PowerAction | None = None
    armed: bool = True
    roles: tuple[Role, ...] = ROLES
    answers: bool | None = None
    monitor: Literal["web", "address"] = "web"
    needs: tuple[PowerAction, ...] = ()
    stops_node: bool = False
    loses_node: bool = False
    leaves_membership: bool = False
    needs_bmc: bool = False
    restartable: bool = False

    @property
    def of_witness(self) -> bool:
        """It breaks the witness, and no node."""
        return self.roles == ("witness",)

    def refusal(self, session: LabSession) -> str:
        """Why the lab or its provider does not support the fault; "" when both do."""
        if self.name.startswith(OF_WEB) and not session.lab.has("web"):
            return f"{self.name} breaks the web server, and lab.yaml has none"
        if self.needs_bmc and session.lab.fencing == NO_FENCING:
            return f"{self.name} needs a BMC for each node (fencing: ipmi in lab.yaml)"
        reasons = (session.provider.power.lacks(word) for word in self.needs)
        reason = next(filter(None, reasons), "")
        return f"{self.name} is not available with {session.provider.name}: {reason}" if reason else ""
