"""What a configuration must do in the what-ifs: rules that find each what-if with another outcome.

A rule takes the what-ifs and yields what it found; nothing means that the rule is kept. Pure. A rule asks for no id,
agent or kind of constraint: what counts is where the cluster runs the resources, and in which order it acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from classroom.what_ifs import Kind, WhatIf, WhatIfs
from cluster.members import Member
from cluster.simulation import Simulation


@dataclass(frozen=True)
class Found:
    """What breaks a rule: what was seen, and the what-if in which it was seen (None: in the configuration itself)."""

    seen: str
    what: WhatIf | None = None


Rule = Callable[[WhatIfs], Iterator[Found]]
_NEXT: tuple[Kind, ...] = ("start", "lost", "returned", "standby", "left-standby", "fails", "cannot-start")


def placed(what_ifs: WhatIfs, what: WhatIf, *members: Member) -> str:
    """Where resources run at the end of a what-if, for people."""
    return ", ".join(
        f"{one.primitive.id} runs on {_names(what_ifs.where(what, one)) or 'no node'}" for one in members
    )


def _names(nodes: Sequence[str]) -> str:
    return " and ".join(node.partition(".")[0] for node in nodes)


def together(member: Member, other: Member) -> Rule:
    """In every what-if `member` runs where `other` runs; a clone may run on more nodes."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        for what in what_ifs.simulations:
            here, there = what_ifs.where(what, member), what_ifs.where(what, other)
            if member.cloned or other.cloned:
                few, many = (there, here) if member.cloned else (here, there)
                good = bool(set(few) <= set(many))
            else:
                good = set(here) == set(there)
            if not good:
                yield Found(placed(what_ifs, what, other, member), what)

    return rule


def apart(member: Member, other: Member, *kinds: Kind) -> Rule:
    """In every what-if (only of `kinds`, when given) in which both run, they run on different nodes."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        for what in (one for one in what_ifs.simulations if not kinds or one.kind in kinds):
            if set(what_ifs.where(what, member)) & set(what_ifs.where(what, other)):
                yield Found(placed(what_ifs, what, other, member), what)

    return rule


def starts(*members: Member, once: bool = True) -> Rule:
    """When all nodes start, each resource runs on one node; with `once` false it may run on more."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        for what, _ in what_ifs.of("start"):
            for one in members:
                count = len(what_ifs.where(what, one))
                if count == 0 or (count > 1 and once):
                    yield Found(placed(what_ifs, what, one), what)

    return rule


def takes_over(*members: Member) -> Rule:
    """When one node is lost, or is in standby, each resource runs on the others."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        for what, _ in what_ifs.of("lost", "standby"):
            gone = [one for one in members if not set(what_ifs.where(what, one)) - {what.node}]
            if gone:
                yield Found(placed(what_ifs, what, *gone), what)

    return rule


def without_quorum(*members: Member, runs: bool) -> Rule:
    """When one node is lost and the others have no quorum, each resource runs on them, or (`runs` false) stops."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        for what, _ in what_ifs.of("lost-without-quorum"):
            wrong = [one for one in members if bool(set(what_ifs.where(what, one)) - {what.node}) is not runs]
            if wrong:
                yield Found(placed(what_ifs, what, *wrong), what)

    return rule


def prefers(node: str, *members: Member) -> Rule:
    """When all nodes start, each resource runs on this node."""
    return _on(node, members, lambda what: what.kind == "start")


def fails_back(node: str, *members: Member) -> Rule:
    """When this node returns, after its loss or its standby, each resource moves back to it."""
    return _on(node, members, lambda what: what.kind in ("returned", "left-standby") and what.node == node)


def does_not_fail_back(node: str, *members: Member) -> Rule:
    """When this node returns after its loss, each resource stays where it is."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        for what, _ in what_ifs.of("returned", "left-standby"):
            back = [one for one in members if what.node == node and node in what_ifs.where(what, one)]
            if back:
                yield Found(placed(what_ifs, what, *back), what)

    return rule


def _on(node: str, members: Sequence[Member], wanted: Callable[[WhatIf], bool]) -> Rule:
    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        for what in filter(wanted, what_ifs.simulations):
            elsewhere = [one for one in members if node not in what_ifs.where(what, one)]
            if elsewhere:
                yield Found(placed(what_ifs, what, *elsewhere), what)

    return rule


def stays(*members: Member) -> Rule:
    """Without location constraints, a resource that moved stays, although its former node is a little better."""
    return _after_return(members, stays=True)


def moves(*members: Member) -> Rule:
    """Without location constraints, a resource that moved goes back when its former node is a little better."""
    return _after_return(members, stays=False)


def _after_return(members: Sequence[Member], *, stays: bool) -> Rule:
    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        asked = [what for what, _ in what_ifs.of("unpreferred-returned")]
        for one in members:
            for what in asked:
                if what.resource == one.primitive.id and (what.node in what_ifs.where(what, one)) is stays:
                    yield Found(placed(what_ifs, what, one), what)

    return rule


def recovers(member: Member) -> Rule:
    """When the monitor of a resource fails, the cluster starts it again; when it cannot start, another node does."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        for what, simulation in what_ifs.of("fails"):
            if what.resource == member.primitive.id:
                again = simulation.graph.find(what.resource, "start")
                if not again or not what_ifs.where(what, member):
                    action = "is started again" if again else "is not started again"
                    yield Found(f"{what.resource} {action}; {placed(what_ifs, what, member)}", what)
        for what, _ in what_ifs.of("cannot-start"):
            if what.resource == member.primitive.id and not set(what_ifs.where(what, member)) - {what.node}:
                yield Found(placed(what_ifs, what, member), what)

    return rule


def ordered(first: Member, then: Member) -> Rule:
    """`first` starts before `then`, and `then` stops before `first`, in every transition with both."""

    def rule(what_ifs: WhatIfs) -> Iterator[Found]:
        seen = False
        for what, simulation in what_ifs.simulations.items():
            if what.kind in _NEXT:
                seen = seen or bool(_pairs(simulation, first, then, "start"))
                yield from (Found(text, what) for text in _disorder(what_ifs, what, first, then))
        if not seen:
            one, other = first.primitive.id, then.primitive.id
            yield Found(f"no what-if starts both {one} and {other}, so their order cannot be seen")

    return rule


def _pairs(simulation: Simulation, first: Member, then: Member, task: str) -> list[tuple[str, str]]:
    """The pairs of actions of both resources with a task; where one is a clone, only those on one node."""
    graph = simulation.graph
    alike = first.cloned or then.cloned
    return [
        (one, other)
        for one in graph.find(first.primitive.id, task)
        for other in graph.find(then.primitive.id, task)
        if not alike or graph.actions[one].node == graph.actions[other].node
    ]


def _disorder(what_ifs: WhatIfs, what: WhatIf, first: Member, then: Member) -> Iterator[str]:
    simulation, one, other = what_ifs.simulations[what], first.primitive.id, then.primitive.id
    graph = simulation.graph
    for start, later in _pairs(simulation, first, then, "start"):
        if not graph.before(start, later):
            yield f"the start of {other} does not wait for the start of {one}"
    for stop, earlier in _pairs(simulation, first, then, "stop"):
        if not graph.before(earlier, stop):
            yield f"the stop of {one} does not wait for the stop of {other}"
    if what.kind == "fails" and what.resource == one:
        stopped = {graph.actions[label].node for label in graph.find(other, "stop")}
        for label in graph.find(one, "stop"):
            node = graph.actions[label].node
            if node in what_ifs.where(WhatIf("start"), then) and node not in stopped:
                yield f"{one} is stopped while {other} still runs"
