"""The CIB's primitives, read with all that is in them.

Source: Pacemaker Explained ("Cluster Resources", "Resource Operations").
"""

from __future__ import annotations

from cluster.cib_elements import line, options
from cluster.configuration import Primitive
from cluster.values import without_defaults
from cluster.xml import Element
from inventory.config.cluster_properties import boolean, milliseconds

_AGENT = ("class", "provider", "type")
_USUAL_OPERATION = {"enabled": "true", "start-delay": "0", "role": "Started"}
"""The defaults of an operation."""


def primitive(item: Element) -> Primitive:
    """Read a primitive; what is not modelled is in its `others`."""
    words = [item.get(name) for name in _AGENT]
    attributes, odd_attributes = options(item.findall("instance_attributes"))
    meta, odd_meta = options(item.findall("meta_attributes"))
    operations: dict[str, list[str]] = {}
    timeouts: dict[str, list[str]] = {}
    others = [*odd_attributes, *odd_meta]
    others += [
        f"{name}={value}" for name, value in item.attrib.items() if name not in ("id", "template", *_AGENT)
    ]
    for child in item:
        if child.tag == "operations":
            others += [line(one) for one in child if one.tag != "op"]
            others += [f"operations {name}={value}" for name, value in child.attrib.items() if name != "id"]
        elif child.tag not in ("instance_attributes", "meta_attributes"):
            others.append(line(child, inner=True))
    for operation in item.findall("operations/op"):
        name, interval = operation.get("name", ""), operation.get("interval", "0s")
        odd = not _usual(operation)
        if odd:
            others.append(line(operation))
        if _runs(operation):
            operations.setdefault(name, []).append(interval)
        if not odd and operation.get("timeout") is not None:
            timeouts.setdefault(name, []).append(operation.get("timeout", ""))
    return Primitive(
        id=item.get("id", ""),
        agent=":".join(word for word in words if word) or f"template {item.get('template', '?')}",
        attributes=attributes,
        operations={name: ",".join(sorted(found)) for name, found in sorted(operations.items())},
        meta=without_defaults(meta),
        timeouts={name: ",".join(sorted(found)) for name, found in sorted(timeouts.items())},
        others=tuple(sorted(others)),
    )


def _runs(operation: Element) -> bool:
    """Whether the operation is what its name says and is ever run on a plain resource."""
    enabled = boolean(operation.get("enabled", "true")) is not False
    return enabled and operation.get("role", "Started").lower() == "started" and _good_interval(operation)


def _good_interval(operation: Element) -> bool:
    """Only monitors are recurring."""
    return operation.get("name") == "monitor" or milliseconds(operation.get("interval", "0s")) == 0


def _usual(operation: Element) -> bool:
    """Whether an operation consists only of name, interval and time-out."""
    said = {
        name: value
        for name, value in operation.attrib.items()
        if name not in ("id", "name", "interval", "timeout")
    }
    plain = all(
        name in _USUAL_OPERATION and _meaning(value) == _meaning(_USUAL_OPERATION[name])
        for name, value in said.items()
    )
    return plain and not len(operation) and _good_interval(operation)


def _meaning(text: str) -> object:
    truth, time = boolean(text), milliseconds(text)
    return time if time is not None else truth if truth is not None else text.lower()
