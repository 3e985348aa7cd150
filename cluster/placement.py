"""Where pacemaker puts each resource, and why: the arithmetic of scores, stickiness and colocations.

It follows libpacemaker 2.1.5 step by step (pcmk_sched_primitive.c, pcmk_sched_group.c, pcmk_sched_colocation.c,
pcmk_sched_nodes.c) and was compared with its crm_simulate on thousands of random configurations
(tests/acceptance/test_placement.py). Teaching text: Pacemaker Explained, "Scores" and "Colocation".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cluster.placed_resource import Link, PlacedResource, by_dependent, by_primary, in_order
from cluster.score_table import Table, copied, possible, single, total, weighed
from cluster.scores import text
from inventory.errors import LabError
from inventory.model import INFINITY, Colocation, Location


class NotModelled(LabError):
    """The arithmetic does not support a part of the configuration."""


@dataclass(frozen=True)
class Decision:
    """The chosen node by resource (None: nowhere), the score of each on each node, and the reasons, in lines."""

    winner: Mapping[str, str | None]
    totals: Mapping[tuple[str, str], int]
    why: tuple[str, ...]


def place(
    nodes: Sequence[str],
    resources: Sequence[str],
    *,
    stickiness: int = 0,
    current: Mapping[str, str] | None = None,
    locations: Iterable[Location] = (),
    colocations: Iterable[Colocation] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Decision:
    """Decide where pacemaker puts each resource on the nodes that are online.

    `resources` are primitives and groups in the CIB's order; `groups` gives a group's members; `current` is where
    each primitive runs now. The decision is about primitives. Raises NotModelled.

    A resource is placed after those with which it is colocated, and its preferences are added to theirs. The
    highest total wins; a node with a negative total is never chosen. On a tie above zero the current node wins,
    otherwise the node with fewer resources, then the first by name. A cycle of colocations is cut where it was entered.
    A stickiness below zero is ignored, as in pacemaker 2.1; in the document's 1.1 it moves the resource away.
    """
    placer = _Placer(sorted(nodes), current or {})
    placer.configure(resources, groups or {})
    for location in reversed(tuple(locations)):
        placer.prefer(location)
    for colocation in colocations:
        placer.colocate(colocation)
    placer.colocate_members()
    placer.stick(stickiness)
    for resource in resources:
        placer.assign(placer.resources[resource])
    placer.check_cycles()
    return Decision(placer.winner, placer.totals, tuple(placer.why))


class _Placer:
    def __init__(self, nodes: Sequence[str], current: Mapping[str, str]) -> None:
        self.nodes, self.current = nodes, current
        self.resources: dict[str, PlacedResource] = {}
        self.load = dict.fromkeys(nodes, 0)
        self.winner: dict[str, str | None] = {}
        self.totals: dict[tuple[str, str], int] = {}
        self.why: list[str] = []

    def new(self, id_: str, group: PlacedResource | None = None) -> PlacedResource:
        if id_ in self.resources:
            raise NotModelled(f"{id_} stands twice among the resources")
        made = self.resources[id_] = PlacedResource(id_, {node: [] for node in self.nodes}, group=group)
        return made

    def configure(self, resources: Sequence[str], groups: Mapping[str, Sequence[str]]) -> None:
        for id_ in resources:
            made = self.new(id_)
            made.members = [self.new(member, made) for member in groups.get(id_, ())]

    def known(self, id_: str, where: str) -> PlacedResource:
        if id_ not in self.resources:
            raise NotModelled(f"{where} names {id_}, which is not one of the resources")
        return self.resources[id_]

    def prefer(self, location: Location) -> None:
        """A group's location constraint applies to its first member."""
        resource = self.known(location.resource, f"the location {location.id}")
        if location.node in self.nodes:
            holder = resource.members[0] if resource.members else resource
            holder.parts[location.node].append((location.score, location.id))

    def colocate(self, colocation: Colocation) -> None:
        """Add a colocation; one with a score of zero is ignored."""
        where = f"the colocation of {colocation.resource} with {colocation.with_resource}"
        dependent, primary = (
            self.known(id_, where) for id_ in (colocation.resource, colocation.with_resource)
        )
        if dependent in (primary, primary.group) or primary is dependent.group:
            raise NotModelled(f"{where} is one of a resource with itself or with its own group")
        if colocation.score:
            self.link(Link(dependent, primary, colocation.score))

    def colocate_members(self) -> None:
        """Each member of a group has to run where the one before it runs."""
        for resource in self.resources.values():
            for first, second in zip(resource.members, resource.members[1:], strict=False):
                self.link(Link(second, first, INFINITY))

    def link(self, link: Link) -> None:
        link.dependent.dependencies = in_order([link, *link.dependent.dependencies], by_primary)
        link.primary.dependents = in_order([link, *link.primary.dependents], by_dependent)

    def stick(self, stickiness: int) -> None:
        for id_, node in self.current.items():
            if stickiness > 0 and node in self.nodes and id_ in self.resources:
                self.resources[id_].parts[node].append((stickiness, "stickiness"))

    # Assignment

    def assign(self, resource: PlacedResource) -> None:
        if resource.group is not None and not resource.group.assigning:
            self.assign(resource.group)
        if resource.assigned or resource.assigning:
            return  # a cycle is cut here
        resource.assigning = True
        if resource.members:
            # The group's own colocations are those of its ends.
            first, last = resource.members[0], resource.members[-1]
            first.dependencies = in_order([*resource.dependencies[::-1], *first.dependencies], by_primary)
            last.dependents = in_order([*resource.dependents[::-1], *last.dependents], by_dependent)
            for member in resource.members:
                self.assign(member)
        else:
            self.choose(resource)
        resource.assigning, resource.assigned = False, True

    def choose(self, resource: PlacedResource) -> None:
        for link in resource.dependencies:
            before = copied(resource.parts)
            self.assign(link.primary)
            self.follow(resource, link)
            if not link.mandatory and link.score < 0 and not possible(resource.parts):
                resource.parts = before
        for link in resource.dependents:
            resource.parts = self.merge(link.dependent, resource.parts, single(link.score / INFINITY))
        scores = {node: total(resource.parts[node]) for node in self.nodes}
        self.totals.update({(resource.id, node): score for node, score in scores.items()})
        resource.node = self.winner[resource.id] = self.best(resource, scores)
        if resource.node is not None:
            self.load[resource.node] += 1
        self.explain(resource, scores)

    def follow(self, resource: PlacedResource, link: Link) -> None:
        """Add the colocation's score to the dependent, for or against the node of the placed primary.

        A colocation that is not mandatory is dropped when it would leave no possible node.
        """
        if not link.primary.assigned:
            return  # the primary waits for this resource: a cycle
        primary = link.primary
        if primary.members:  # mandatory: with the whole group; otherwise with any member
            primary = primary.members[-1 if link.score >= INFINITY else 0]
        if primary.node is None and link.score < 0:
            return
        label = f"colocation with {link.primary.id}"
        drawn = copied(resource.parts)
        for node in self.nodes:
            if primary.node is None:
                drawn[node].append((-link.score, f"{label}, which runs nowhere"))
            elif node == primary.node and link.score < INFINITY:
                drawn[node].append((link.score, label))
            elif node != primary.node and link.score >= INFINITY:
                drawn[node].append((-INFINITY, label))
        if link.mandatory or possible(drawn):
            resource.parts = drawn

    def merge(self, resource: PlacedResource, parts: Table, factor: float) -> Table:
        """Add a dependent's preferences, weighted by the colocation, then those of its own dependents.

        Preferences that would leave no possible node are not added.
        """
        if resource.merging:
            return parts
        resource.merging = True
        sign = 1 if factor > 0 else -1
        if resource.members:
            merged = self.merge(resource.members[0], parts, factor)
            further = resource.members[-1].dependents
        else:
            merged = copied(parts)
            for node in self.nodes:
                weight = weighed(total(resource.parts[node]), factor)
                if weight:
                    labels = ", ".join(label for _, label in resource.parts[node])
                    merged[node].append((weight, f"from {resource.id} ({labels})"))
            further = resource.dependents
            if not possible(merged):
                merged, further = parts, []
        for link in further:
            merged = self.merge(link.dependent, merged, single(sign * link.score / INFINITY))
        resource.merging = False
        return merged

    def check_cycles(self) -> None:
        """In a cycle, a resource may be placed before the one that it must run with, which then runs nowhere."""
        for resource in self.resources.values():
            primary = resource.members[-1] if resource.members else resource
            for link in resource.dependents if primary.node is None else ():
                placed = [one for one in (link.dependent.members or [link.dependent]) if one.node is not None]
                if placed and link.score >= INFINITY:
                    raise NotModelled(
                        f"{placed[0].id} must run with {resource.id}, which runs nowhere: the colocations form a cycle"
                    )

    def best(self, resource: PlacedResource, scores: Mapping[str, int]) -> str | None:
        here = self.current.get(resource.id)
        allowed = [node for node in self.nodes if scores[node] >= 0]

        def rank(node: str) -> tuple[int, bool, int, bool, str]:
            stays = node == here
            return -scores[node], not (stays and scores[node] > 0), self.load[node], not stays, node

        return min(allowed, key=rank, default=None)

    def explain(self, resource: PlacedResource, scores: Mapping[str, int]) -> None:
        for node in self.nodes:
            summands = " + ".join(f"{text(score)} {label}" for score, label in resource.parts[node])
            self.why.append(f"{resource.id} on {node}: {text(scores[node])} = {summands or 'no preference'}")
        self.why.append(
            f"{resource.id} runs on {resource.node}"
            if resource.node
            else f"{resource.id} runs nowhere, because it has no score of 0 or more"
        )
