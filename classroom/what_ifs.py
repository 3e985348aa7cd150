"""Asks the cluster's simulator what a configuration does: at the start, when a node or a resource fails, in standby.

Pure but for the simulator, which the caller gives (classroom/simulator.py has the one of a node). Source:
crm_simulate(8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cluster import supposed_cib
from cluster.members import Member, members
from cluster.simulation import Simulation
from inventory.config.cluster_properties import milliseconds
from inventory.model import Node

Kind = Literal[
    "start", "lost", "lost-without-quorum", "returned", "standby", "left-standby", "fails", "cannot-start",
    "unpreferred", "unpreferred-lost", "unpreferred-returned",
]  # fmt: skip
WITH_QUORUM, WITHOUT_QUORUM = ("--quorum", "true"), ("--quorum", "false")
A_LITTLE = 1
"""The score by which the returned node is better, to see whether the resources prefer to stay."""


@dataclass(frozen=True, order=True)
class WhatIf:
    """One thing that may happen to a cluster; `node` and `resource` are what it happens to."""

    kind: Kind
    node: str = ""
    resource: str = ""

    @property
    def label(self) -> str:
        """A short name, one for each what-if, such as `lost node1`."""
        return " ".join(filter(None, (self.kind, self.resource, self.node.partition(".")[0])))


@dataclass(frozen=True)
class Question:
    """A what-if for crm_simulate: the CIB from which it begins, and the options."""

    what_if: WhatIf
    cib: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What crm_simulate printed, its graph in the dot format, and the CIB of the end state."""

    out: str
    dot: str = ""
    cib: str = ""


Simulate = Callable[[Sequence[Question]], Sequence[Answer]]
"""Answers several questions, in their order. Raises LabError when crm_simulate cannot answer."""


@dataclass(frozen=True)
class WhatIfs:
    """A configuration and what the cluster does with it, by what-if.

    `missing` says why there are no simulations; then a rule cannot judge.
    """

    cib: str
    nodes: tuple[Node, ...]
    simulations: Mapping[WhatIf, Simulation] = field(default_factory=dict)
    missing: str = ""

    def of(self, *kinds: Kind) -> Iterator[tuple[WhatIf, Simulation]]:
        """The simulations of some kinds, in the order in which they were made."""
        return ((what, found) for what, found in self.simulations.items() if what.kind in kinds)

    def where(self, what: WhatIf, member: Member) -> tuple[str, ...]:
        """The nodes that run a resource at the end of a what-if; none when it was not asked."""
        return _where(self.simulations, what, member)


def _where(simulations: Mapping[WhatIf, Simulation], what: WhatIf, member: Member) -> tuple[str, ...]:
    placed = simulations[what].placed if what in simulations else {}
    return next((placed[id_] for id_ in member.ids if id_ in placed), ())


def what_ifs(
    cib: str, nodes: Sequence[Node], simulate: Simulate, watched: Sequence[Member] | None = None
) -> WhatIfs:
    """Simulate every what-if of a configuration. `watched` are the resources that fail in turn (default: all).

    Raises OutputError when the text is not a CIB, and what the simulator raises.
    """
    every = Asked(tuple(nodes), simulate)
    plain = supposed_cib.without_history(cib, nodes)
    members_there = members(cib)
    watched = members_there if watched is None else watched
    up = tuple(word for node in nodes for word in ("--node-up", node.name))
    level = supposed_cib.without_preferences(plain)
    every.ask(
        Question(WhatIf("start"), plain, (*up, *WITH_QUORUM)),
        Question(WhatIf("unpreferred"), level, (*up, *WITH_QUORUM)),
    )
    every.ask(*_from_start(every, watched), *_unpreferred_lost(every, watched))
    every.ask(*_afterwards(every), *_unpreferred_returned(every, watched))
    return WhatIfs(cib, tuple(nodes), every.simulations)


class Asked:
    """What was asked so far: the simulations, and the CIB at the end of each."""

    def __init__(self, nodes: tuple[Node, ...], simulate: Simulate) -> None:
        self.nodes, self.simulate = nodes, simulate
        self.simulations: dict[WhatIf, Simulation] = {}
        self.ends: dict[WhatIf, str] = {}

    def ask(self, *questions: Question) -> None:
        """Ask several questions at once."""
        found = self.simulate(questions) if questions else ()
        for one, answer in zip(questions, found, strict=True):
            self.simulations[one.what_if] = Simulation(answer.out, answer.dot)
            self.ends[one.what_if] = answer.cib

    def where(self, what: WhatIf, member: Member) -> tuple[str, ...]:
        """The nodes that run a resource at the end of a what-if."""
        return _where(self.simulations, what, member)


def _from_start(asked: Asked, watched: Sequence[Member]) -> Iterator[Question]:
    """What may happen after the start: each node is lost or in standby, each resource fails."""
    start = WhatIf("start")
    begun = asked.ends[start]
    for node in asked.nodes:
        down = ("--node-down", node.name)
        yield Question(WhatIf("lost", node.name), begun, (*down, *WITH_QUORUM))
        yield Question(WhatIf("lost-without-quorum", node.name), begun, (*down, *WITHOUT_QUORUM))
        yield Question(
            WhatIf("standby", node.name), supposed_cib.standby(begun, node.name, on=True), WITH_QUORUM
        )
    for member in watched:
        id_ = member.primitive.id
        for name in asked.where(start, member)[:1]:
            failure = f"{id_}_monitor_{monitor_interval(member)}@{name}=7"
            yield Question(WhatIf("fails", name, id_), begun, ("--op-inject", failure, *WITH_QUORUM))
            failed = supposed_cib.failed_start(begun, id_, name)
            yield Question(WhatIf("cannot-start", name, id_), failed, WITH_QUORUM)


def _afterwards(asked: Asked) -> Iterator[Question]:
    """What happens later: the node returns, or leaves standby; the cluster continues after a failure."""
    for what, end in asked.ends.items():
        if what.kind == "lost":
            yield Question(WhatIf("returned", what.node), end, ("--node-up", what.node, *WITH_QUORUM))
        elif what.kind == "standby":
            active = supposed_cib.standby(end, what.node, on=False)
            yield Question(WhatIf("left-standby", what.node), active, WITH_QUORUM)


def _unpreferred_lost(asked: Asked, watched: Sequence[Member]) -> Iterator[Question]:
    """Without any preference, the node of each resource is lost."""
    start = WhatIf("unpreferred")
    for node in {node: None for member in _plain(watched) for node in asked.where(start, member)}:
        options = ("--node-down", node, *WITH_QUORUM)
        yield Question(WhatIf("unpreferred-lost", node), asked.ends[start], options)


def _unpreferred_returned(asked: Asked, watched: Sequence[Member]) -> Iterator[Question]:
    """That node returns, and is now a little better for one resource: whatever prefers to stay, stays."""
    for what, end in asked.ends.items():
        if what.kind == "unpreferred-lost":
            for member in _plain(watched):
                if what.node in asked.where(WhatIf("unpreferred"), member):
                    id_ = member.primitive.id
                    better = supposed_cib.with_preference(end, id_, what.node, A_LITTLE)
                    yield Question(
                        WhatIf("unpreferred-returned", what.node, id_),
                        better,
                        ("--node-up", what.node, *WITH_QUORUM),
                    )


def monitor_interval(member: Member) -> int:
    """The interval of a resource's monitor (milliseconds); 0, that of a probe, without a monitor."""
    first = (member.primitive.monitor or "0").split(",")[0]
    return milliseconds(first) or 0


def _plain(watched: Sequence[Member]) -> tuple[Member, ...]:
    return tuple(one for one in watched if not one.cloned)
