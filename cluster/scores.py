"""Scores: their arithmetic, which node wins by them, and the cluster's own figures to compare with.

Sources: walkthrough step 7.1; Pacemaker Explained, "Scores" and "Colocation"; every case of
`place` was compared with crm_simulate.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cluster.xml import OutputError
from inventory.model import INFINITY, Colocation, Location

COMMAND = ("crm_simulate", "-s", "-L")
"""What prints the live cluster's scores."""


def add(a: int, b: int) -> int:
    """Add two scores: -INFINITY beats all, then INFINITY; a sum stays within the two."""
    if min(a, b) <= -INFINITY:
        return -INFINITY
    if max(a, b) >= INFINITY:
        return INFINITY
    return max(-INFINITY, min(INFINITY, a + b))


def parse(text: str) -> int:
    """Read a score: a whole number, INFINITY, +INFINITY or -INFINITY; OutputError otherwise."""
    word = text.strip()
    if word.upper().lstrip("+-") in ("INFINITY", "INF"):
        return -INFINITY if word.startswith("-") else INFINITY
    try:
        return max(-INFINITY, min(INFINITY, int(word)))
    except ValueError:
        raise OutputError(f"{text!r} is no score", hint="a whole number, INFINITY or -INFINITY") from None


def text(score: int) -> str:
    """Write a score as pacemaker does: INFINITY from a million on."""
    if abs(score) >= INFINITY:
        return "INFINITY" if score > 0 else "-INFINITY"
    return str(score)


@dataclass(frozen=True)
class Score:
    """A resource's score on a node."""

    resource: str
    node: str
    score: int


_SIMULATED = re.compile(
    r"^\s*(?:\* +)?(\w+): (\S+) allocation score on (\S+): ([-+]?(?:INFINITY|\d+))\s*$", re.M
)


def parse_simulation(output: str) -> tuple[Score, ...]:
    """Read `crm_simulate -sL`: the primitives' allocation scores, in order; OutputError without any.

    1.1 calls the function native_color, 2.0 pcmk__native_allocate, later ones pcmk__primitive_assign. From 2.1.8
    on a list's mark ("  * ") stands before each line.
    """
    found: dict[tuple[str, str], Score] = {}
    for function, resource, node, score in _SIMULATED.findall(output):
        if "native" in function or "primitive" in function:
            found[resource, node] = Score(resource, node, parse(score))
    if not found:
        raise OutputError(
            f"crm_simulate printed no scores: {' '.join(output.split())[:200] or 'nothing at all'}",
            hint="a cluster without resources has none",
        )
    return tuple(found.values())


@dataclass(frozen=True)
class Decision:
    """Who wins: node by resource (None: nowhere), the score of each on each node, and why, in lines."""

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
) -> Decision:
    """Decide where pacemaker puts each resource on the nodes that are online.

    A resource is placed after those it is colocated with, and these count its wishes as theirs. The
    highest total wins; a negative one never does. On a tie above zero the current node
    wins, else the node with fewer resources, then the first by name. A cycle is cut where it starts.
    A stickiness below zero counts for nothing, as in pacemaker 2.1; with it, the document's 1.1 leaves a node.
    """
    return _Placer(tuple(nodes), stickiness, dict(current or {}), tuple(locations), tuple(colocations)).all(
        resources
    )


class _Placer:
    def __init__(
        self,
        nodes: tuple[str, ...],
        stickiness: int,
        current: dict[str, str],
        locations: tuple[Location, ...],
        colocations: tuple[Colocation, ...],
    ) -> None:
        self.nodes, self.stickiness, self.current = nodes, stickiness, current
        self.locations, self.colocations = locations, colocations
        self.winner: dict[str, str | None] = {}
        self.totals: dict[tuple[str, str], int] = {}
        self.why: list[str] = []

    def all(self, resources: Sequence[str]) -> Decision:
        for resource in resources:
            self.assign(resource, ())
        return Decision(self.winner, self.totals, tuple(self.why))

    def assign(self, resource: str, above: tuple[str, ...]) -> None:
        if resource in self.winner or resource in above:
            return
        for colocation in self.colocations:
            if colocation.resource == resource:
                self.assign(colocation.with_resource, (*above, resource))
        parts = {node: self.wishes(resource, node) for node in self.nodes}
        for colocation in self.colocations:
            if colocation.resource == resource:
                self.follow(colocation, parts)
        for colocation in self.colocations:
            if colocation.with_resource == resource and colocation.resource not in self.winner:
                self.merge(colocation, parts, (resource,))
        scores = {node: _sum(parts[node]) for node in self.nodes}
        self.totals.update({(resource, node): score for node, score in scores.items()})
        self.winner[resource] = self.best(resource, scores)
        self.explain(resource, parts, scores)

    def wishes(self, resource: str, node: str) -> list[tuple[int, str]]:
        found = [(c.score, c.id) for c in self.locations if c.resource == resource and c.node == node]
        if self.stickiness > 0 and self.current.get(resource) == node:
            found.append((self.stickiness, "stickiness"))
        return found

    def follow(self, colocation: Colocation, parts: dict[str, list[tuple[int, str]]]) -> None:
        """Draw the dependent to the node of the resource already placed, or away from it.

        What is no must is dropped when it would leave no node at all.
        """
        where = self.winner.get(colocation.with_resource)
        label = f"colocation with {colocation.with_resource}"
        drawn: dict[str, tuple[int, str]] = {}
        for node in self.nodes:
            if where is None:
                if colocation.score > 0:
                    drawn[node] = (-colocation.score, f"{label}, which runs nowhere")
            elif node == where:
                if colocation.score < INFINITY:
                    drawn[node] = (colocation.score, label)
            elif colocation.score >= INFINITY:
                drawn[node] = (-INFINITY, label)
        after = [add(_sum(parts[node]), drawn.get(node, (0, ""))[0]) for node in self.nodes]
        if abs(colocation.score) >= INFINITY or max(after, default=0) >= 0:
            for node, part in drawn.items():
                parts[node].append(part)

    def merge(
        self,
        colocation: Colocation,
        parts: dict[str, list[tuple[int, str]]],
        above: tuple[str, ...],
        sign: int = 1,
    ) -> None:
        """Count the dependent's wishes by the colocation's weight, then those of its own dependents.

        Wishes that would leave no node at all are not counted.
        """
        factor = sign * colocation.score / INFINITY
        theirs = {node: self.wishes(colocation.resource, node) for node in self.nodes}
        weighed = {node: _weigh(_sum(theirs[node]), factor) for node in self.nodes}
        if all(add(_sum(parts[node]), weighed[node]) < 0 for node in self.nodes):
            return
        for node, score in weighed.items():
            if score:
                why = ", ".join(label for _, label in theirs[node])
                parts[node].append((score, f"from {colocation.resource} ({why})"))
        for other in self.colocations:
            if other.with_resource == colocation.resource and other.resource not in above:
                self.merge(other, parts, (*above, colocation.resource), 1 if factor > 0 else -1)

    def best(self, resource: str, scores: Mapping[str, int]) -> str | None:
        allowed = [node for node in self.nodes if scores[node] >= 0]
        load = list(self.winner.values())
        here = self.current.get(resource)

        def rank(node: str) -> tuple[int, bool, int, bool, str]:
            stays = node == here
            return -scores[node], not (stays and scores[node] > 0), load.count(node), not stays, node

        return min(allowed, key=rank, default=None)

    def explain(
        self, resource: str, parts: Mapping[str, list[tuple[int, str]]], scores: Mapping[str, int]
    ) -> None:
        for node in self.nodes:
            summands = " + ".join(f"{text(score)} {label}" for score, label in parts[node]) or "no wish"
            self.why.append(f"{resource} on {node}: {text(scores[node])} = {summands}")
        where = self.winner[resource]
        self.why.append(
            f"{resource} runs on {where}" if where else f"{resource} runs nowhere: no score of 0 or more"
        )


def _sum(parts: Iterable[tuple[int, str]]) -> int:
    total = 0
    for score, _ in parts:
        total = add(total, score)
    return total


def _weigh(score: int, factor: float) -> int:
    """Scale a score as pacemaker does: rounded half away from zero, and never to nothing.

    To shun a resource that shuns a node is no wish for that node.
    """
    if not score or not factor or (score < 0 and factor < 0):
        return 0
    scaled = math.copysign(math.floor(abs(score * factor) + 0.5), score * factor)
    return int(scaled) or (1 if factor > 0 else -1)
