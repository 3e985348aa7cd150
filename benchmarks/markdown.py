"""Tables of Markdown. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a line for the head, one that separates it, and one for each row."""
    lines = (head, ["---"] * len(head), *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def median_s(values: Sequence[float]) -> str:
    """The median of some times, for people: "3.4 s"; "-" without any."""
    return f"{statistics.median(values):.1f} s" if values else "-"
