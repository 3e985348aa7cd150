"""Makes many timelines of a few recorded ones, for benchmarks: each with another seeded factor on all its times."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from drill.record.stored_rows import Rows, begins

_TIMES = ("sent", "done", "asked", "at", "since", "until")
"""The fields of samples, readings, events and lateness that are times of the record."""
_WITHOUT_TIMES = ("header", "more")
SPREAD, RARE, RARE_FACTOR = 0.08, 0.01, 2.5
"""The factor is lognormal with this spread around 1; a rare one (share of all) is larger, so that some do not pass."""


def varied(path: Path, count: int, seed: int) -> Iterator[bytes]:
    """The rows of `count` timelines made of those of a file in turn; the same seed gives the same rows.

    Raises LabError when the file cannot be read.
    """
    dice = random.Random(seed)  # noqa: S311 - no secret
    recorded = _recorded(path)
    for number in range(count):
        factor = dice.lognormvariate(0.0, SPREAD) * (RARE_FACTOR if dice.random() < RARE else 1.0)
        for row in recorded[number % len(recorded)]:
            yield _stretched(row, factor)


def _recorded(path: Path) -> Sequence[list[dict[str, dict[str, object]]]]:
    found: list[list[dict[str, dict[str, object]]]] = []
    for row in Rows(path):
        if begins(row):
            found.append([])
        found[-1].append(msgspec.json.decode(row))
    return found


def _stretched(row: dict[str, dict[str, object]], factor: float) -> bytes:
    [(kind, body)] = row.items()
    if kind not in _WITHOUT_TIMES:
        times = {name: value * factor for name in _TIMES if isinstance(value := body.get(name), (int, float))}
        body = {**body, **times}
    return msgspec.json.encode({kind: body}) + b"\n"
