"""Changes the text of a CIB for a question that begins with "suppose": no history, a node in standby, no preference.

Pure. Source: Pacemaker Explained ("Status", "Standby", "Resource Constraints").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree import ElementTree

from cluster import scores
from cluster.xml import Element, OutputError, element
from inventory.model import INFINITY, Node

MARK = "supposed"
"""The beginning of the ids of what is added here."""


def _changed(text: str, change: Callable[[Element, Element], None]) -> str:
    root = element(text, "cibadmin", ("cib",))
    section = root.find("configuration")
    if section is None:
        section = ElementTree.SubElement(root, "configuration")
    change(root, section)
    return ElementTree.tostring(root, encoding="unicode")


def without_history(text: str, nodes: Sequence[Node]) -> str:
    """The CIB without its status, as if no node had been up yet; with these nodes. Raises OutputError."""

    def change(root: Element, configuration: Element) -> None:
        for status in root.findall("status"):
            root.remove(status)
        ElementTree.SubElement(root, "status")
        there = _section(configuration, "nodes", 1)
        known = {one.get("uname") for one in there}
        for node in nodes:
            if node.name not in known:
                ElementTree.SubElement(there, "node", {"id": str(node.id), "uname": node.name})

    return _changed(text, change)


def standby(text: str, node: str, on: bool) -> str:
    """The CIB with a node in standby, or (`on` false) without the standby that this function has set."""
    id_ = f"{MARK}-standby"

    def change(root: Element, configuration: Element) -> None:
        for one in configuration.findall(f"nodes/node[@uname='{node}']"):
            for attributes in one.findall(f"instance_attributes[@id='{id_}']"):
                one.remove(attributes)
            if on:
                attributes = ElementTree.SubElement(
                    one, "instance_attributes", {"id": id_, "score": "INFINITY"}
                )
                pair = {"id": f"{id_}-value", "name": "standby", "value": "on"}
                ElementTree.SubElement(attributes, "nvpair", pair)

    return _changed(text, change)


def failed_start(text: str, resource: str, node: str) -> str:
    """The CIB after a start of a resource failed on a node: pacemaker sets the fail count to INFINITY.

    Pacemaker before 1.1.17 has one fail count for each resource, later ones for each operation.
    """

    def change(root: Element, configuration: Element) -> None:
        for state in root.findall(f"status/node_state[@uname='{node}']"):
            transient = ElementTree.SubElement(state, "transient_attributes", {"id": state.get("id", "")})
            counts = ElementTree.SubElement(transient, "instance_attributes", {"id": f"{MARK}-counts"})
            for position, name in enumerate((f"fail-count-{resource}#start_0", f"fail-count-{resource}")):
                words = {"id": f"{MARK}-count-{position}", "name": name, "value": "INFINITY"}
                ElementTree.SubElement(counts, "nvpair", words)

    return _changed(text, change)


def without_preferences(text: str) -> str:
    """The CIB with 0 in the place of the score of each location constraint, except of one that forbids a node."""

    def change(root: Element, configuration: Element) -> None:
        for constraint in configuration.findall("constraints/rsc_location"):
            for item in (constraint, *constraint.iter("rule")):
                if item.get("score") is not None and not _forbids(item.get("score", "")):
                    item.set("score", "0")

    return _changed(text, change)


def _forbids(score: str) -> bool:
    try:
        return scores.parse(score) <= -INFINITY
    except OutputError:
        return True  # what is not known is not changed


def with_preference(text: str, resource: str, node: str, score: int) -> str:
    """The CIB with one more location constraint."""

    def change(root: Element, configuration: Element) -> None:
        words = {"id": f"{MARK}-preference", "rsc": resource, "node": node, "score": scores.text(score)}
        ElementTree.SubElement(_section(configuration, "constraints", 3), "rsc_location", words)

    return _changed(text, change)


def _section(configuration: Element, tag: str, position: int) -> Element:
    found = configuration.find(tag)
    if found is None:
        found = ElementTree.Element(tag)
        configuration.insert(position, found)
    return found
