"""What a Fault is: data that says how to break one thing, how to prove that it broke, and how to mend it.

Nothing here runs anything: `drill.faults` holds the rows, `drill.injection` interprets them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from cluster.bounds import Kind
from inventory.model import Lab, Node
from inventory.platforms import Platform

Power = Literal["power_off", "power_on", "freeze", "thaw"]
Role = Literal["active", "passive", "dc", "both"]
ROLES: tuple[Role, ...] = ("active", "passive", "dc", "both")


@dataclass(frozen=True)
class Act:
    """One thing done to one node: a shell text as root there, or a word to the machine's power."""

    node: str
    script: str = ""
    power: Power | None = None
    deadline: float = 30.0
    why: str = ""


@dataclass(frozen=True)
class Proof:
    """A reading that proves something: a shell text that prints `yes`, or the power state of a machine."""

    node: str
    script: str = ""
    power: Literal["", "off", "frozen"] = ""
    what: str = ""


@dataclass(frozen=True)
class Scene:
    """All that a fault may know when it is injected: the lab, its system, the target and its peer."""

    lab: Lab
    system: Platform
    provider: str
    target: Node
    peer: Node


@dataclass(frozen=True)
class Fault:
    """One way to break one node.

    `arm` is done before the cut and heals by itself after a time, where the cut could lock us out.
    `heal` is safe at any time, also when the fault never landed or was healed already.
    `answers`: the target goes on answering clients while it is broken (see `cluster.bounds.bounds`).
    `unavailable` maps a provider to the reason why the fault cannot be had there.
    """

    name: str
    title: str
    kind: Kind
    inject: Callable[[Scene], tuple[Act, ...]]
    landed: Callable[[Scene], tuple[Proof, ...]]
    heal: Callable[[Scene], tuple[Act, ...]]
    arm: Callable[[Scene], tuple[Act, ...]] = lambda scene: ()
    role: Role = "active"
    answers: bool | None = None
    unavailable: Mapping[str, str] = field(default_factory=dict)
