"""Resources of any agent, and the constraints that are more than a pair of the lab's own resources. Immutable, no I/O.

Source: Pacemaker Explained ("Cluster Resources", "Collective Resources", "Resource Constraints").
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

CloneKind = Literal["", "clone", "promotable"]
RelationKind = Literal["colocation", "order", "location"]
PROMOTED, UNPROMOTED = "Promoted", "Unpromoted"
"""The roles of a promotable clone; before pacemaker 2.1 they were Master and Slave."""


@dataclass(frozen=True)
class Service:
    """A resource of any agent, or a group of them (`members`; its agent is "").

    `agent` is class:provider:type or class:type. `operations` has the attributes of each operation. With `clone` it is
    in a clone, or in a promotable clone, which has the meta attributes `clone_meta`.
    """

    id: str
    agent: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    operations: tuple[Mapping[str, str], ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    members: tuple[Service, ...] = ()
    clone: CloneKind = ""
    clone_meta: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Service, ...]:
        """The resources that have an agent: its members, or itself."""
        return self.members or (self,)


@dataclass(frozen=True)
class ResourceSet:
    """A set of resources in a constraint, with the set's attributes (sequential, require-all, action, role)."""

    resources: tuple[str, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Relation:
    """A constraint with the attributes that it has in the CIB; its resources are named by their ids in lab.yaml."""

    kind: RelationKind
    id: str
    attributes: Mapping[str, str]
    sets: tuple[ResourceSet, ...] = ()


@dataclass(frozen=True)
class Services:
    """All resources of any agent, the constraints with them, and what they need on the nodes.

    `packages` are installed on the nodes beside the platform's. `script` is the text of a shell script with the
    functions `missing`, `prepare`, `broken` and `repair` (docs/services.md); "" without one.
    """

    resources: tuple[Service, ...] = ()
    relations: tuple[Relation, ...] = ()
    packages: tuple[str, ...] = ()
    script: str = ""

    @property
    def any(self) -> bool:
        """Whether the lab has anything of this."""
        return bool(self.resources or self.relations or self.script)

    @property
    def parts(self) -> Iterator[Service]:
        """Every resource that has an agent."""
        return (part for one in self.resources for part in one.parts)

    def tied_to(self, ids: Collection[str]) -> tuple[str, ...]:
        """The resources that run only where one of these runs, or the other way round (a colocation of INFINITY)."""
        pairs = [
            {one.attributes.get("rsc", ""), one.attributes.get("with-rsc", "")}
            for one in self.relations
            if one.kind == "colocation" and one.attributes["score"] == "INFINITY"
        ]
        return tuple(id_ for id_ in self.ids if any(id_ in pair and pair & set(ids) for pair in pairs))

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents, each once."""
        return tuple(dict.fromkeys(part.agent for part in self.parts))

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all resources that have an agent."""
        return tuple(part.id for part in self.parts)
