"""The drawing of a distribution: for each length the share of the repeats whose outage was at most so long (ECDF).

The length of an outage has two limits, and so has this share: it is drawn as a band between two stepped lines.
Positions are in thousandths of the width and of the height.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from drill.report.distribution import Distribution
from drill.report.html.drawing import Bar, Symbol
from drill.report.html.time_scale import TimeScale

_SIZE = 1000


@dataclass(frozen=True)
class Ecdf:
    """The drawing: `band` is the path of the area between both limits, `least` and `most` are those of its edges.

    `predicted` and `budget` are in percent of the width; None without them, and for a budget beyond the axis.
    `start` and `end` are those of the axis (seconds).
    """

    start: float
    end: float
    band: str
    least: str
    most: str
    axis: tuple[Symbol, ...]
    predicted: Bar | None
    budget: float | None


def ecdf(found: Distribution) -> Ecdf | None:
    """The drawing of a distribution; None without any measured outage."""
    if not found.lengths:
        return None
    ends = [end for one in found.lengths for end in (one.least, one.most) if math.isfinite(end)]
    if found.predicted is not None:
        ends += [found.predicted.least] if found.predicted.endless else [found.predicted.most]
    scale = TimeScale(0.0, 1.05 * max(ends) or 1.0)
    least = _stairs(scale, (one.most for one in found.lengths), len(found.lengths))
    most = _stairs(scale, (one.least for one in found.lengths), len(found.lengths))
    band = f"M{_path(most)}L{_path([*reversed(least)])}Z"
    return Ecdf(
        scale.start,
        scale.end,
        band,
        f"M{_path(least)}",
        f"M{_path(most)}",
        scale.axis(),
        _bar(scale, found),
        _budget(scale, found.budget),
    )


def _stairs(scale: TimeScale, limits: Iterable[float], count: int) -> list[tuple[int, int]]:
    """The corners of the staircase that rises by 1/count at each limit; limits that fall together make one step."""
    rises: dict[int, int] = {}
    for limit in sorted(one for one in limits if math.isfinite(one)):
        x = round(scale.x(limit) * _SIZE / 100)
        rises[x] = rises.get(x, 0) + 1
    corners, total = [(0, _SIZE)], 0
    for x, rise in rises.items():
        before = corners[-1][1]
        total += rise
        corners += [(x, before), (x, round(_SIZE * (1 - total / count)))]
    return [*corners, (_SIZE, corners[-1][1])]


def _path(corners: Iterable[tuple[int, int]]) -> str:
    return " ".join(f"{x} {y}" for x, y in corners)


def _budget(scale: TimeScale, budget: float | None) -> float | None:
    return scale.x(budget) if budget is not None and scale.contains(budget) else None


def _bar(scale: TimeScale, found: Distribution) -> Bar | None:
    if found.predicted is None:
        return None
    low = scale.x(found.predicted.least)
    high = 100.0 if found.predicted.endless else scale.x(found.predicted.most)
    return Bar(low, round(high - low, 2), "predicted", f"predicted: {found.predicted.summary}")
