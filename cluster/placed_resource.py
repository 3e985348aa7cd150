"""A resource while it is placed, and its colocations in the order in which pacemaker looks at them.

Source: libpacemaker 2.1.5, pcmk_sched_colocation.c (cmp_primary_priority, cmp_dependent_priority).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cluster.score_table import Table
from inventory.model import INFINITY


@dataclass(eq=False)
class PlacedResource:
    """A primitive or a group while it is placed.

    `dependencies` are its colocations with others, `dependents` those of others with it, in pacemaker's order.
    """

    id: str
    parts: Table
    members: list[PlacedResource] = field(default_factory=list)
    group: PlacedResource | None = None
    dependencies: list[Link] = field(default_factory=list)
    dependents: list[Link] = field(default_factory=list)
    assigned: bool = False
    assigning: bool = False
    merging: bool = False
    node: str | None = None


@dataclass(eq=False)
class Link:
    """A colocation: `dependent` runs where `primary` runs, by a score."""

    dependent: PlacedResource
    primary: PlacedResource
    score: int

    @property
    def mandatory(self) -> bool:
        """It is mandatory (the score is INFINITY or -INFINITY)."""
        return abs(self.score) >= INFINITY


def by_primary(link: Link) -> PlacedResource:
    """Order a resource's own colocations."""
    return link.primary


def by_dependent(link: Link) -> PlacedResource:
    """Order the colocations of others with a resource."""
    return link.dependent


def in_order(links: Iterable[Link], other: Callable[[Link], PlacedResource]) -> list[Link]:
    """In pacemaker's order: groups before primitives, then by id; of equals the one that was added last."""
    return sorted(links, key=lambda link: (not other(link).members, other(link).id))
