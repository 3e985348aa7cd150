"""The bars of "Predicted and measured": prediction, budget and outages on one scale."""

from __future__ import annotations

from dataclasses import dataclass

from drill.analysis.duration import Duration, measured
from drill.analysis.outages import outages_of
from drill.report.clients import TITLES
from drill.report.html.drawing import Bar
from drill.report.result import ScenarioResult

_MOST_ROWS = 8
"""At most this many outages of one client are shown, the longest ones."""


@dataclass(frozen=True)
class LengthRow:
    """One row: its texts, and its bar (percent of the scale)."""

    label: str
    text: str
    bar: Bar


def length_rows(result: ScenarioResult) -> tuple[LengthRow, ...]:
    """Prediction, budget, and each client's outages, on one scale that begins at 0."""
    rows: list[tuple[str, str, Duration, str]] = []
    if result.predicted is not None:
        rows.append(("predicted", result.predicted.summary, result.predicted, "predicted"))
    if result.budget is not None:
        rows.append(("budget", f"at most {result.budget:g} s", Duration(0.0, result.budget), "budget"))
    for client, label in {"probe": "measured", **TITLES}.items():
        if not result.timeline.samples_of(client):
            continue
        found = sorted(outages_of(result.timeline, client), key=lambda one: (-one.lower, one.first_failed))
        if not found:
            rows.append((label, "no request failed", Duration(0.0, 0.0), client))
        for one in found[:_MOST_ROWS]:
            rows.append(
                (label, f"{measured(one).summary}, from {one.first_failed:.2f} s", measured(one), client)
            )
        if len(found) > _MOST_ROWS:
            rows.append((label, f"and {len(found) - _MOST_ROWS} shorter ones", Duration(0.0, 0.0), client))
    ends = [
        end for _, _, duration, _ in rows for end in (duration.least, duration.most) if end < float("inf")
    ]
    scale = 1.05 * max(ends, default=0.0) or 1.0
    return tuple(
        LengthRow(label, text, _bar(duration, scale, style, text)) for label, text, duration, style in rows
    )


def _bar(duration: Duration, scale: float, style: str, tip: str) -> Bar:
    low, high = 100 * duration.least / scale, 100.0 if duration.endless else 100 * duration.most / scale
    return Bar(round(low, 2), round(high - low, 2), f"{style} endless" if duration.endless else style, tip)
