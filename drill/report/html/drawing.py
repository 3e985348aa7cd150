"""The parts of a plot: rows with bars, ticks and symbols over one time axis. Data only; report.html draws them.

Horizontal places are in percent of the plot's width, so that one drawing fits every width of the page; vertical places
are in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

ROW_HEIGHT, HEADING_HEIGHT = 18, 26
"""Heights (pixels) of a row, and of a row that is only a heading."""


@dataclass(frozen=True)
class Bar:
    """A time span: from `x`, `width` wide (percent). `style` is a CSS class; `tip` is shown under the pointer."""

    x: float
    width: float
    style: str
    tip: str


@dataclass(frozen=True)
class Symbol:
    """Something at one moment: its shape, and its text where it has one.

    `anchor` is the part of the text that stands at `x` (start, middle or end), so that the text stays within the plot.
    """

    x: float
    shape: str
    tip: str
    text: str = ""
    anchor: str = "middle"


@dataclass(frozen=True)
class Row:
    """One line of the plot; `ticks` are the places of good answers, in hundredths of a percent. `y` is in pixels."""

    label: str
    style: str = ""
    tip: str = ""
    bars: tuple[Bar, ...] = ()
    ticks: tuple[int, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    head: bool = False
    y: int = 0

    @property
    def height(self) -> int:
        """The height (pixels)."""
        return HEADING_HEIGHT if self.head else ROW_HEIGHT


@dataclass(frozen=True)
class Plot:
    """A drawing of the time from `start` to `end` (seconds); `faults` and `lines` cross all its rows."""

    start: float
    end: float
    rows: tuple[Row, ...]
    faults: tuple[Bar, ...]
    lines: tuple[Symbol, ...]
    axis: tuple[Symbol, ...]

    @property
    def height(self) -> int:
        """The height of all rows together (pixels); the axis comes below."""
        return sum(row.height for row in self.rows)
