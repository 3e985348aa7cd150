"""Finds every primitive of a CIB, also in groups and clones, with what a template gives it.

Pure. Source: Pacemaker Explained ("Groups", "Clones", "Reusing Resource Definitions").
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

from cluster.cib_elements import expand
from cluster.cib_resources import primitive
from cluster.configuration import Primitive
from cluster.xml import Element, element


@dataclass(frozen=True)
class Member:
    """A primitive with the ids of what contains it: its group, its clone; outermost first."""

    primitive: Primitive
    containers: tuple[str, ...] = ()
    cloned: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        """Its own id and those of what contains it; the status of a cluster may name any of them."""
        return (self.primitive.id, *reversed(self.containers))


def members(text: str) -> tuple[Member, ...]:
    """All primitives of a CIB, in its order. Raises OutputError when the text is not a CIB."""
    root = element(text, "cibadmin", ("cib",))
    expand(root)
    templates = {one.get("id", ""): one for one in root.findall("configuration/resources/template")}
    resources = root.find("configuration/resources")
    return tuple(_found(resources, templates, (), cloned=False)) if resources is not None else ()


def _found(
    parent: Element, templates: dict[str, Element], containers: tuple[str, ...], *, cloned: bool
) -> Iterator[Member]:
    for item in parent:
        if item.tag == "primitive":
            yield Member(primitive(_complete(item, templates)), containers, cloned)
        elif item.tag in ("group", "clone", "master"):
            inside = (*containers, item.get("id", ""))
            yield from _found(item, templates, inside, cloned=cloned or item.tag != "group")


def _complete(item: Element, templates: dict[str, Element]) -> Element:
    """A primitive with the parts of its template that it does not have itself."""
    template = templates.get(item.get("template", ""))
    if template is None:
        return item
    whole = deepcopy(item)
    del whole.attrib["template"]
    for name in ("class", "provider", "type"):
        if template.get(name):
            whole.set(name, template.get(name, ""))
    own = whole.find("operations")
    known = {_key(one) for one in own} if own is not None else set()
    for part in deepcopy(template):
        if part.tag != "operations" or own is None:
            whole.append(part)
        else:
            own.extend(one for one in part if _key(one) not in known)
    return whole


def _key(operation: Element) -> tuple[str, str]:
    return operation.get("name", ""), operation.get("interval", "0")
