"""Reads what crm_simulate prints and writes: where each resource runs at the end, and the order of the actions.

Source: crm_simulate(8) with --simulate and --save-dotfile, of pacemaker 1.1.8 to 3.0. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cluster.xml import OutputError

_END = re.compile(r"^Revised cluster status:\s*$", re.MULTILINE | re.IGNORECASE)
_PRIMITIVE = re.compile(r"^\s*(?:\* +)?(\S+)\s+\([\w:@.-]+\):\s*(.*)$")
_CLONE = re.compile(r"^\s*(?:\* +)?(?:Clone|Master/Slave) Set: (\S+) \[(\S+)\]")
_INSTANCES = re.compile(r"^\s*(?:\* +)?(\w+): \[ (.*?) ?\]")
_ACTIVE = ("Started", "Promoted", "Unpromoted", "Master", "Slave", "Masters", "Slaves")
"""The words for an active resource; the last four are those of pacemaker before 2.1."""
_NODE = re.compile(r'^"([^"]+)" \[ style=bold')
_EDGE = re.compile(r'^"([^"]+)" -> "([^"]+)" \[ style ?= ?bold')
_ACTION = re.compile(r"^(\S+)_(start|stop|promote|demote|monitor)_(\d+) (\S+)$")


@dataclass(frozen=True)
class Action:
    """One action of a transition on a node. `interval` is in milliseconds, 0 for an action that runs once."""

    resource: str
    task: str
    node: str
    interval: int = 0


@dataclass(frozen=True)
class Graph:
    """The actions of a transition, by their label in the dot file, and which label must be done before which."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    edges: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def find(self, resource: str, task: str) -> tuple[str, ...]:
        """The labels of the actions of a resource with a task (start, stop ...), which run once."""
        return tuple(
            label
            for label, one in self.actions.items()
            if (one.resource, one.task, one.interval) == (resource, task, 0)
        )

    def before(self, first: str, then: str) -> bool:
        """Whether the action `then` waits, directly or through others, until the action `first` is done."""
        seen, waiting = {first}, [first]
        while waiting:
            for label in self.edges.get(waiting.pop(), frozenset()) - seen:
                if label == then:
                    return True
                seen.add(label)
                waiting.append(label)
        return False


@dataclass(frozen=True)
class Simulation:
    """The result of one run of crm_simulate: its output, and its graph in the dot format."""

    out: str
    dot: str = ""

    @cached_property
    def placed(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes where each resource is active at the end, by its id; a clone's by the id of what it clones.

        A resource that failed or is stopped has no node. Raises OutputError when the output has no end state.
        """
        parts = _END.split(self.out)
        if len(parts) < 2:
            said = " ".join(self.out.split())[:200] or "nothing at all"
            raise OutputError(f"crm_simulate printed no cluster status at the end: {said}")
        found: dict[str, list[str]] = {}
        for id_, nodes in _placements(parts[-1]):
            there = found.setdefault(id_, [])
            there += [one for one in nodes if one not in there]
        return {id_: tuple(nodes) for id_, nodes in found.items()}

    @cached_property
    def graph(self) -> Graph:
        """The actions of the transition, with their order."""
        actions: dict[str, Action] = {}
        edges: dict[str, set[str]] = {}
        for line in self.dot.splitlines():
            if edge := _EDGE.match(line):
                edges.setdefault(edge[1], set()).add(edge[2])
            elif (label := _NODE.match(line)) and (found := _ACTION.match(label[1])):
                resource, task, interval, node = found.groups()
                actions[label[1]] = Action(resource.partition(":")[0], task, node, int(interval))
        return Graph(actions, {label: frozenset(then) for label, then in edges.items()})


def _placements(text: str) -> Iterator[tuple[str, Collection[str]]]:
    """The resources of a cluster status with their nodes, line by line."""
    cloned = ""
    for line in text.splitlines():
        if clone := _CLONE.match(line):
            cloned = clone[2]
            yield cloned, ()
        elif primitive := _PRIMITIVE.match(line):
            yield primitive[1].partition(":")[0], _nodes(primitive[2])
        elif (instances := _INSTANCES.match(line)) and cloned and instances[1] in _ACTIVE:
            yield cloned, instances[2].split()


def _nodes(state: str) -> Collection[str]:
    """The nodes of a state such as "Started node1" or "Started [ node1 node2 ]"; none for one that is not active."""
    words = state.split()
    if not words or words[0] not in _ACTIVE:
        return ()
    if words[1:2] == ["["]:
        return words[2 : words.index("]")] if "]" in words else words[2:]
    return words[1:2]
