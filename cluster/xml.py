"""Reads pacemaker's XML into elements. Other text is an error that shows the text."""

from __future__ import annotations

from xml.etree import ElementTree

from inventory.config.cluster_properties import boolean
from inventory.errors import LabError

Element = ElementTree.Element


class OutputError(LabError):
    """A tool of the cluster printed unexpected output; the message shows that output."""


def element(text: str, tool: str, roots: tuple[str, ...]) -> Element:
    """Read a tool's output into its root element, which must be one of `roots`. Raises OutputError otherwise."""
    start = text.find("<")
    if start < 0:
        raise OutputError(f"{tool} printed no XML: {_excerpt(text)}", hint=NOT_RUNNING)
    try:
        root = ElementTree.fromstring(text[start:])  # noqa: S314 (of the lab's own nodes)
    except ElementTree.ParseError as error:
        raise OutputError(
            f"{tool} printed broken XML ({error}): {_excerpt(text)}", hint=NOT_RUNNING
        ) from None
    if root.tag not in roots:
        raise OutputError(f"{tool} printed <{root.tag}>, not <{roots[0]}>", hint=NOT_RUNNING)
    return root


NOT_RUNNING = "is the cluster running on that node? ./lab status shows it"


def true(node: Element, name: str, default: bool = False) -> bool:
    """Tell whether a boolean attribute is set, in any of pacemaker's spellings."""
    value = node.get(name)
    return default if value is None else boolean(value) is True


def whole(node: Element, name: str, default: int = 0) -> int:
    """Read an attribute as a whole number; the default when it is absent or not a number."""
    try:
        return int(node.get(name, ""))
    except ValueError:
        return default


def _excerpt(text: str) -> str:
    words = " ".join(text.split())
    return f"{words[:197]}..." if len(words) > 200 else words or "nothing at all"
