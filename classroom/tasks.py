"""The tasks of one's own after the walk, each judged by what the cluster would do with the student's configuration.

The cluster's own simulator answers every what-if (classroom/what_ifs.py); a task is a few rules on the answers. It
asks for no id, no agent and no kind of constraint. The texts are in tasks.yaml, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from classroom import effects, rules
from classroom.behaviour import Behaviour
from classroom.rules import Rule
from classroom.service_parts import monitored
from classroom.texts import load, placeholders
from classroom.what_ifs import Simulate, WhatIfs, what_ifs
from cluster.members import Member, members
from inventory.errors import ConfigError
from inventory.model import Lab, Node
from inventory.session import LabSession

FENCE_CLASS = "stonith:"
"""Fence devices are no resources of one's own."""


@dataclass(frozen=True)
class Solution:
    """A student's configuration: its parts, and what the cluster does with it."""

    lab: Lab
    what_ifs: WhatIfs
    address: Member
    web: Member
    own: tuple[Member, ...]
    """The resources that lab.yaml does not have."""

    @property
    def other(self) -> Node:
        """The first node that lab.yaml does not prefer."""
        return self.lab.peers(self.lab.preferred)[0]


@dataclass(frozen=True)
class Task:
    """One task. `rules` are beside those that the service must always keep. `adds`: it needs a resource of one's own.

    `unfit` says why a lab cannot have the task ("": it can).
    """

    name: str
    rules: Callable[[Solution], Iterator[Rule]]
    adds: bool = False
    unfit: Callable[[Lab], str] = lambda lab: ""


@dataclass(frozen=True)
class Problem:
    """What is not yet as the task wants it, in one line; `others` are further what-ifs that break the same rule."""

    text: str
    others: int = 0


@dataclass(frozen=True)
class TaskText:
    """A task's texts."""

    title: str
    goal: str
    hints: tuple[str, ...]


def _service(found: Solution) -> Iterator[Rule]:
    """What must hold in every task: the service starts, its parts stay together, and another node takes it over."""
    both = (found.address, found.web)
    yield rules.starts(*both)
    yield rules.together(found.web, found.address)
    yield rules.takes_over(*both)


def _no_failback(found: Solution) -> Iterator[Rule]:
    node = found.lab.preferred.name
    yield rules.prefers(node, found.address, found.web)
    yield rules.does_not_fail_back(node, found.address, found.web)


def _other_node(found: Solution) -> Iterator[Rule]:
    yield rules.prefers(found.other.name, found.address, found.web)
    yield rules.fails_back(found.other.name, found.address, found.web)


def _own_service(found: Solution) -> Iterator[Rule]:
    for one in found.own:
        yield rules.starts(one)
        yield monitored(one)
        yield rules.takes_over(one)
        yield rules.recovers(one)


def _never_together(found: Solution) -> Iterator[Rule]:
    for one in found.own:
        yield rules.starts(one)
        yield rules.apart(one, found.web)


def _rather_elsewhere(found: Solution) -> Iterator[Rule]:
    for one in found.own:
        yield rules.starts(one)
        yield rules.apart(one, found.web, "start")
        yield rules.takes_over(one)


def _after_the_web_server(found: Solution) -> Iterator[Rule]:
    for one in found.own:
        yield rules.starts(one)
        yield rules.together(one, found.web)
        yield rules.ordered(found.web, one)


TASKS: tuple[Task, ...] = (
    Task("no-failback", _no_failback, unfit=effects.no_preference),
    Task("other-node", _other_node, unfit=effects.no_preference),
    Task("own-service", _own_service, adds=True),
    Task("never-together", _never_together, adds=True),
    Task("rather-elsewhere", _rather_elsewhere, adds=True),
    Task("after-the-web-server", _after_the_web_server, adds=True),
)
"""All tasks, in the order in which they are proposed."""


def for_lab(lab: Lab) -> tuple[Task, ...]:
    """The tasks that a lab can have: they are about the address and the web server of lab.yaml."""
    if not lab.has("web") or lab.resource("web").clone or not lab.colocations:
        return ()
    return tuple(one for one in TASKS if not one.unfit(lab))


def get(name: str, lab: Lab) -> Task:
    """The task of a name. Raises ConfigError for one that there is not, and for one that the lab cannot have."""
    there = for_lab(lab)
    for one in there:
        if one.name == name:
            return one
    hint = f"The tasks are: {', '.join(one.name for one in there)}" if there else "This lab has no tasks."
    known = next((one for one in TASKS if one.name == name), None)
    if known is None:
        raise ConfigError(f"There is no task {name!r}.", hint=hint)
    why = known.unfit(lab) or "it is about the address and the web server, colocated, each on one node"
    raise ConfigError(f"The task {name} does not work with this lab.yaml: {why}.", hint=hint)


def title(task: Task) -> str:
    """A task's title."""
    found: str = load("tasks.yaml")[task.name]["title"]
    return found


def text(task: Task, session: LabSession) -> TaskText:
    """A task's texts with all placeholders replaced."""
    raw: Mapping[str, object] = load("tasks.yaml")[task.name]
    known = placeholders(session)
    hints = raw["hints"]
    assert isinstance(hints, list)
    return TaskText(
        title(task),
        str(raw["goal"]).format_map(known),
        tuple(str(one).format_map(known) for one in hints),
    )


def problems(task: Task, cib: str, lab: Lab, simulate: Simulate) -> tuple[Problem, ...]:
    """What is not yet as the task wants it, one problem for each broken rule; nothing when it is solved.

    Raises OutputError for a text that is not a CIB, and what the simulator raises.
    """
    there = members(cib)
    plain = Behaviour(lab, WhatIfs(cib, lab.nodes))
    if plain.address is None or plain.web is None:
        missing = "address" if plain.address is None else "web server"
        return (Problem(f"the {missing} of lab.yaml is not there any more: ./lab provision brings it back"),)
    known = {plain.address.primitive.id, plain.web.primitive.id, *lab.services.ids}
    own = tuple(
        one
        for one in there
        if one.primitive.id not in known and not one.primitive.agent.startswith(FENCE_CLASS)
    )
    if task.adds and not own:
        return (Problem("there is no third resource yet"),)
    watched = (plain.address, plain.web, *own)
    asked = what_ifs(cib, lab.nodes, simulate, watched)
    found = Solution(lab, asked, plain.address, plain.web, own)
    told = Behaviour(lab, asked)
    wanted = (*_service(found), *task.rules(found))
    broken = (tuple(dict.fromkeys(told.told(one) for one in rule(asked))) for rule in wanted)
    by_first = {lines[0]: len(lines) - 1 for lines in broken if lines}
    return tuple(Problem(first, others) for first, others in by_first.items())
