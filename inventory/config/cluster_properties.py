"""Pacemaker's cluster properties: their names and allowed values (the table is in cluster_properties.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal

from inventory.config.yaml_document import YamlNode
from inventory.host.versions import numbers
from inventory.model import INFINITY
from inventory.platforms.base import Platform
from language import fast_yaml

INTERVAL = (
    'a time above zero in whole seconds, minutes or hours, such as "30s", "1min" (pcs takes no shorter unit)'
)
DURATION = 'a time in whole seconds, minutes or hours, such as "2s", "1min" (pcs takes no shorter unit)'
SCORE = f"a whole number from -{INFINITY} to {INFINITY}, INFINITY, -INFINITY"

_LARGEST = 2**31 - 1
_TRUE, _FALSE = ("true", "on", "yes", "y", "1"), ("false", "off", "no", "n", "0")
_UNITS = {
    "": 1000, "s": 1000, "sec": 1000, "ms": 1, "msec": 1, "us": 0.001, "usec": 0.001,
    "m": 60_000, "min": 60_000, "h": 3_600_000, "hr": 3_600_000,
}  # fmt: skip
_DURATION = re.compile(r"(\d+)\s*([a-z]*)")
_FOR_PCS = re.compile(r"\d+(s|sec|m|min|h|hr)?")
"""What pcs 0.10 to 0.12 take as the value of a property and as an interval; 0.12 refuses "500ms" for both."""
_INTEGER = re.compile(r"[+-]?(INFINITY|\d{1,10})")


Releases = tuple[str, str]
"""The first and the last release of pacemaker, such as ("1.1.8", "2.1.11"); "" where there is no such limit."""


@dataclass(frozen=True)
class Property:
    """The allowed values of a cluster property. `low` is the smallest integer; `values` are the choices of a select.

    `known` has the first and the last release of pacemaker that know the property ("" for the last one: all later
    ones do), `known_values` those of the values that not all these releases know. `renamed` is its new name.
    """

    type: Literal["boolean", "time", "integer", "percentage", "score", "select", "string", "own"]
    low: int | None = None
    values: tuple[str, ...] = ()
    known: Releases = ("", "")
    known_values: Mapping[str, Releases] = field(default_factory=dict)
    renamed: str = ""


@cache
def table() -> Mapping[str, Property]:
    """All cluster properties of pacemaker 1.1.8 to 3.0.2 by name."""
    text = files(__package__).joinpath("cluster_properties.yaml").read_text(encoding="utf-8")
    rows = fast_yaml.read(text).items()
    return {
        name: Property(
            row["type"],
            row.get("low"),
            tuple(row.get("values", ())),
            _releases(row),
            {value: _releases(limits) for value, limits in row.get("values_of", {}).items()},
            row.get("renamed", ""),
        )
        for name, row in rows
    }


def _releases(row: Mapping[str, str]) -> Releases:
    return row.get("since", ""), row.get("until", "")


def in_effect(properties: Mapping[str, str], name: str) -> str | None:
    """Give the value of a property that has a new name from pacemaker 3.0.2 on: the new name goes before the old one.

    `name` is the old name. None when neither is set. Source: pacemaker's lib/common/options.c.
    """
    return properties.get(name_in_effect(properties, name))


def name_in_effect(properties: Mapping[str, str], name: str) -> str:
    """The name of a property that is in effect: the new name when it is set, otherwise `name`, the old one."""
    new = table()[name].renamed
    return new if new and new in properties else name


def fencing(properties: Mapping[str, str]) -> bool:
    """Whether fencing is on in these properties (stonith-enabled, fencing-enabled); it is, unless switched off."""
    return boolean(in_effect(properties, "stonith-enabled") or "true") is not False


def starts_without_quorum(properties: Mapping[str, str]) -> bool:
    """Whether a partition without quorum starts resources: of all policies only `ignore` allows it."""
    return properties.get("no-quorum-policy", "stop") == "ignore"


def milliseconds(text: str) -> int | None:
    """Read a time in pacemaker's notation ("30s", "500ms", "1min"; a number without a unit is seconds).

    Milliseconds; None when the text is not such a time.
    """
    match = _DURATION.fullmatch(text.strip())
    if not match or match[2] not in _UNITS:
        return None
    return int(int(match[1]) * _UNITS[match[2]])


def boolean(text: str) -> bool | None:
    """Read a boolean in any of pacemaker's spellings (true, on, yes, y, 1), upper or lower case; else None."""
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def for_pcs(text: str) -> bool:
    """Whether pcs takes a time: whole seconds, minutes or hours, with no space before the unit."""
    return _FOR_PCS.fullmatch(text) is not None


def properties(yaml_node: YamlNode, platform: Platform | None = None) -> dict[str, str]:
    """Read the properties as pacemaker writes them (false, not False). A value that pacemaker refuses is a mistake.

    So is a name or a value that the platform's release of pacemaker does not know; None: any release may come.
    """
    settable = [name for name, known in table().items() if known.type != "own"]
    result = {}
    for name, value in yaml_node.pairs("cluster properties"):
        known = table().get(name)
        if known is None:
            yaml_node.unknown(name, settable, settable)
        elif known.type == "own":
            value.remark("pacemaker sets this property itself; remove the key")
        else:
            result[name] = _text(known, value)
            if platform is not None and (remark := _unknown_to(platform, known, result[name])):
                value.remark(remark)
    return result


def _unknown_to(platform: Platform, known: Property, value: str) -> str:
    """Say that a platform's pacemaker does not know a property, or its value; "" when it knows both."""
    limits = (("this property", known.known), (value, known.known_values.get(value, ("", ""))))
    for what, (first, last) in limits:
        here = f"{platform.name} has pacemaker {platform.pacemaker}"
        if first and numbers(platform.pacemaker) < numbers(first):
            return f"{what} is known from pacemaker {first} on; {here}"
        if last and numbers(platform.pacemaker) > numbers(last):
            return f"{what} is known up to pacemaker {last}; {here}"
    return ""


def _text(known: Property, yaml_node: YamlNode) -> str:
    text = str(yaml_node.value).lower() if isinstance(yaml_node.value, bool) else str(yaml_node.value)
    if isinstance(yaml_node.value, (dict, list)) or yaml_node.value is None:
        text = ""
    if known.type == "boolean" and (truth := boolean(text)) is not None:
        return "true" if truth else "false"
    if known.type == "select" and text not in known.values:
        yaml_node.one_of(known.values)
    elif not _fits(known, text):
        yaml_node.wrong(_allowed(known))
    return text


def _fits(known: Property, text: str) -> bool:
    if known.type == "integer":
        return _within(text, -_LARGEST if known.low is None else known.low, _LARGEST)
    if known.type == "score":
        return _within(text, -INFINITY, INFINITY)
    if known.type == "time":
        return for_pcs(text)
    if known.type == "percentage":
        return re.fullmatch(r"\d{1,9}%", text) is not None
    return known.type != "boolean" and bool(text)


def _within(text: str, low: int, high: int) -> bool:
    """Whether a text is a whole number from low to high; INFINITY is 1000000."""
    if not _INTEGER.fullmatch(text):
        return False
    return low <= int(text.replace("INFINITY", str(INFINITY))) <= high


def _allowed(known: Property) -> str:
    if known.type == "integer" and known.low is not None:
        return f"a whole number from {known.low}, INFINITY"
    return {
        "boolean": "true, false",
        "integer": "a whole number, INFINITY, -INFINITY",
        "percentage": "a percentage such as 80%",
        "score": SCORE,
        "string": "a text",
        "time": DURATION,
    }[known.type]
