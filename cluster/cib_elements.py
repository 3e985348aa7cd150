"""Parts that occur in many places of a CIB: sets of options, references by id, and an element as a line of text.

Source: Pacemaker Explained ("Rules", "Reusing Parts of the Configuration").
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from cluster import scores
from cluster.xml import Element, OutputError

NAMED = frozenset(
    {"primitive", "group", "clone", "master", "bundle", "template", "tag", "obj_ref", "resource_ref"}
)
"""Elements whose id is a name; other ids inside an element have no meaning."""
BOOTSTRAP = "cib-bootstrap-options"
"""The set of cluster properties that goes before all others."""


def expand(root: Element) -> None:
    """Replace each element with an id-ref by a copy of the element that it refers to."""
    known: dict[tuple[str, str], Element] = {}
    for item in root.iter():
        known.setdefault((item.tag, item.get("id", "")), item)
    for parent in list(root.iter()):
        for position, child in enumerate(list(parent)):
            target = known.get((child.tag, child.get("id-ref", "")))
            if target is not None and child.get("id-ref"):
                copy = deepcopy(target)
                copy.set("name", child.get("name", copy.get("name", ""))) if child.tag == "nvpair" else None
                parent[position] = copy


def line(item: Element, *, inner: bool = False) -> str:
    """Show an element with its content as one line; inside, only the ids that are names."""
    if item.tag == "nvpair" and set(item.attrib) == {"id", "name", "value"}:
        return f"{item.get('name')}={item.get('value')}"
    label = [item.tag]
    if item.tag == "op":
        label.append(item.get("name", ""))
    elif not inner or item.tag in NAMED:
        label.append(item.get("id", ""))
    hidden = ("id", "name") if item.tag == "op" else ("id",)
    label += [f"{name}={value}" for name, value in sorted(item.attrib.items()) if name not in hidden]
    children = " ".join(line(child, inner=True) for child in item)
    return " ".join(word for word in label if word) + (f" ({children})" if children else "")


def options(sets: Sequence[Element]) -> tuple[dict[str, str], list[str]]:
    """Merge sets of nvpairs as pacemaker does: the pairs, sorted by name, and everything else, one line each.

    Where a name stands several times, the highest score of its set wins, then the first. A set with a rule holds
    only at times or for some, so none of its pairs is given.
    """
    plain = [one for one in sets if _plain(one)]
    lines = [line(one) for one in sets if not _plain(one)]
    pairs: dict[str, str] = {}
    for one in sorted(plain, key=lambda item: (item.get("id") != BOOTSTRAP, -_score(item))):
        for pair in one:
            name, value = pair.get("name", ""), pair.get("value", "")
            if pairs.setdefault(name, value) != value:
                lines.append(f"{one.tag} {one.get('id', '')} {name}={value} (a second value)")
    return dict(sorted(pairs.items())), lines


def _plain(item: Element) -> bool:
    pairs = all(
        child.tag == "nvpair" and {"name"} <= set(child.attrib) <= {"id", "name", "value"} and not len(child)
        for child in item
    )
    return pairs and set(item.attrib) <= {"id", "score"}


def _score(item: Element) -> int:
    try:
        return scores.parse(item.get("score", "0"))
    except OutputError:
        return 0
