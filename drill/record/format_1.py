"""Translates lines of file format 1 (from before format versions existed) into lines of format 2.

Format 1 has the kinds timeline, meta, sample, sight and mark. Its samples, sights and marks have the same fields as
the present samples, readings and events. Only the header's fields differ. Only this module knows old records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cluster import scores
from drill.record.header import Header

BEGIN = "timeline"
"""The kind of the first line of a timeline."""
KINDS = {"timeline": "header", "meta": "more", "sample": "sample", "sight": "reading", "mark": "event"}
_NEW_NAMES = {
    "given": "overrides",
    "bounds": "prediction",
    "order": "orders",
    "budget": "budget_s",
    "again": "second_try",
}


def translate(kind: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """One line of format 1 as a line of format 2. Raises ValueError for a kind that format 1 does not have."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind of format 1")
    return KINDS[kind], _header(body) if kind in ("timeline", "meta") else body


def _header(meta: Mapping[str, Any]) -> dict[str, Any]:
    """The header's fields, without the keys that no reader ever used."""
    found = {}
    for key, value in meta.items():
        name = _NEW_NAMES.get(key, key)
        if name in Header.__dataclass_fields__ and name != "format":
            found[name] = _CONVERSIONS.get(key, _same)(value)
    return found


def _same(value: Any) -> Any:
    return value


def _prediction(bounds: Any) -> Any:
    """In format 1, an empty object means that nothing can be predicted."""
    return bounds or None


def _orders(pairs: Any) -> Any:
    return [
        dict(zip(("first", "then"), _pair("order", pair, str), strict=True)) for pair in _rows("order", pairs)
    ]


def _checks(rows: Any) -> Any:
    pairs = [_pair("checks", row, dict) for row in _rows("checks", rows)]
    return [{"id": name, "parameters": parameters} for name, parameters in pairs]


def _failcounts(rows: Any) -> Any:
    """In format 1, counts are texts; one of them is "INFINITY"."""
    return [{**row, "count": scores.parse(str(row["count"]))} for row in _rows("failcounts", rows)]


def _rows(key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{key} cannot be {value!r}: a list is expected")
    return value


def _pair(key: str, row: Any, second: type) -> tuple[Any, Any]:
    if (
        not isinstance(row, list)
        or len(row) != 2
        or not isinstance(row[0], str)
        or not isinstance(row[1], second)
    ):
        raise ValueError(f"{key} cannot hold {row!r}")
    return row[0], row[1]


_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    "bounds": _prediction,
    "order": _orders,
    "checks": _checks,
    "failcounts": _failcounts,
}
