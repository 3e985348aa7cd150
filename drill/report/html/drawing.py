"""The parts of a plot: rows with bars, ticks and symbols over one time axis. Data only: report.html draws them.

Horizontal positions are in percent of the plot's width, so that one drawing fits every width of the page. Vertical
positions are in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

ROW_HEIGHT, HEADING_HEIGHT = 18, 26
"""Heights (pixels) of a row, and of a row that is only a heading."""


@dataclass(frozen=True)
class Bar:
    """A period of time: its left end `x` and its `width` (percent). `style` is a CSS class, `tip` a tooltip."""

    x: float
    width: float
    style: str
    tip: str


@dataclass(frozen=True)
class Symbol:
    """Something at one moment: its shape, and its text if it has one.

    `anchor` is the part of the text (start, middle or end) that is placed at `x`, so that the text stays in the plot.
    """

    x: float
    shape: str
    tip: str
    text: str = ""
    anchor: str = "middle"


@dataclass(frozen=True)
class Row:
    """One line of the plot; `ticks` are the positions of good answers, in hundredths of a percent. `y` is in pixels."""

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
        """The height of all rows together (pixels); the axis is below them."""
        return sum(row.height for row in self.rows)
