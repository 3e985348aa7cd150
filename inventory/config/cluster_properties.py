"""Pacemaker's cluster properties: their names and allowed values (the table is in cluster_properties.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from inventory.config.yaml_document import YamlNode
from inventory.model import INFINITY

INTERVAL = 'a time above zero in pacemaker\'s notation, such as "30s", "500ms", "1min"'
DURATION = 'a time in pacemaker\'s notation, such as "2s", "500ms", "1min"'
SCORE = f"a whole number from -{INFINITY} to {INFINITY}, INFINITY, -INFINITY"

_LARGEST = 2**31 - 1
_TRUE, _FALSE = ("true", "on", "yes", "y", "1"), ("false", "off", "no", "n", "0")
_UNITS = {
    "": 1000, "s": 1000, "sec": 1000, "ms": 1, "msec": 1, "us": 0.001, "usec": 0.001,
    "m": 60_000, "min": 60_000, "h": 3_600_000, "hr": 3_600_000,
}  # fmt: skip
_DURATION = re.compile(r"(\d+)\s*([a-z]*)")
_INTEGER = re.compile(r"[+-]?(INFINITY|\d{1,10})")


@dataclass(frozen=True)
class Property:
    """The allowed values of a cluster property. `low` is the smallest integer; `values` are the choices of a select."""

    type: Literal["boolean", "time", "integer", "percentage", "score", "select", "string", "own"]
    low: int | None = None
    values: tuple[str, ...] = ()


@cache
def table() -> Mapping[str, Property]:
    """All cluster properties of pacemaker 1.1.8 to 3.0.2 by name."""
    text = files(__package__).joinpath("cluster_properties.yaml").read_text(encoding="utf-8")
    rows = yaml.safe_load(text).items()
    return {name: Property(row["type"], row.get("low"), tuple(row.get("values", ()))) for name, row in rows}


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


def properties(yaml_node: YamlNode) -> dict[str, str]:
    """Read the properties as pacemaker writes them (false, not False). A value that pacemaker refuses is a mistake."""
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
    return result


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
        return milliseconds(text) is not None
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
