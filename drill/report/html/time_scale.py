"""Converts the times of a timeline into positions in a plot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drill.report.html.drawing import Bar, Symbol
from drill.report.html.plot_segments import PlotSegment

_CHARACTER = 3.4
"""The width of one bold character on the narrowest page (percent of its plot of 250 pixels)."""

_AXIS_CHARACTER = 2.8
"""The same of a character of the axis."""


@dataclass(frozen=True)
class TimeScale:
    """The part of a timeline that is drawn, from `start` to `end` (seconds); `start` is before `end`."""

    start: float
    end: float

    def x(self, at: float) -> float:
        """The position of a moment (percent)."""
        return round(100 * (at - self.start) / (self.end - self.start), 2)

    def contains(self, at: float) -> bool:
        """Whether a moment is in the drawn part."""
        return self.start <= at <= self.end

    def bars(self, segments: Iterable[PlotSegment]) -> tuple[Bar, ...]:
        """The segments as bars, cut off at both ends of the scale."""
        found = []
        for one in segments:
            low, high = max(one.since, self.start), min(one.until, self.end)
            if low <= high:
                found.append(Bar(self.x(low), round(self.x(high) - self.x(low), 2), one.kind, one.tip))
        return tuple(found)

    def symbols(self, moments: Iterable[tuple[float, str, str]]) -> tuple[Symbol, ...]:
        """A symbol for each moment, given as time, shape and tip."""
        return tuple(Symbol(self.x(at), shape, tip) for at, shape, tip in moments if self.contains(at))

    def ticks(self, moments: Iterable[float]) -> tuple[int, ...]:
        """The positions of moments in hundredths of a percent; at most one for each tenth of a percent."""
        places = [self.x(at) for at in moments if self.contains(at)]
        return tuple(sorted({math.floor(10 * x): round(100 * x) for x in places}.values()))

    def numbers(self, moments: Sequence[tuple[float, str, str]]) -> tuple[Symbol, ...]:
        """Numbers along a row, given as time, number and tip. Numbers that would overlap become one text."""
        groups: list[tuple[Symbol, ...]] = []
        for at, number, tip in sorted(moments):
            if self.contains(at):
                groups.append((Symbol(self.x(at), "number", tip, number),))
            while len(groups) > 1 and _extent(groups[-1])[0] < _extent(groups[-2])[1] + 1:
                groups[-2:] = [groups[-2] + groups[-1]]
        return tuple(_joined(group) for group in groups)

    def axis(self) -> tuple[Symbol, ...]:
        """The labels of the axis: at most seven round numbers."""
        least = (self.end - self.start) / 6
        power = 10.0 ** math.floor(math.log10(least))
        step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * 0.999)
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        first, last = math.ceil(self.start / step - 1e-9), math.floor(self.end / step + 1e-9)
        found = []
        for n in range(first, last + 1):
            x = self.x(n * step)
            anchor = "start" if x < 4 else "end" if x > 96 else "middle"
            found.append(Symbol(x, "tick", "", f"{n * step:.{digits}f} s", anchor))
        # On the narrowest page, a label that is moved into the plot may touch the one beside it.
        if (
            len(found) > 3
            and found[-1].anchor == "end"
            and _right(found[-2]) > found[-1].x - _width(found[-1])
        ):
            found.pop()
        if (
            len(found) > 3
            and found[0].anchor == "start"
            and _right(found[0]) > found[1].x - _width(found[1]) / 2
        ):
            found.pop(0)
        return tuple(found)


def _width(label: Symbol) -> float:
    """The width of a label of the axis on the narrowest page (percent)."""
    return _AXIS_CHARACTER * len(label.text)


def _right(label: Symbol) -> float:
    return label.x + _width(label) * (1.0 if label.anchor == "start" else 0.5)


def _joined(numbers: Sequence[Symbol]) -> Symbol:
    """One text that begins at the first moment; when it would leave the plot, it ends at the last moment."""
    text, tip = ("·".join(one.text for one in numbers), "\n".join(one.tip for one in numbers))
    begins = numbers[0].x + _CHARACTER * len(text) <= 100
    x, anchor = (numbers[0].x, "start") if begins else (numbers[-1].x, "end")
    return Symbol(x, "number", tip, text, anchor)


def _extent(numbers: Sequence[Symbol]) -> tuple[float, float]:
    """The left and the right end of some numbers as one text (percent)."""
    one = _joined(numbers)
    width = _CHARACTER * len(one.text)
    return (one.x, one.x + width) if one.anchor == "start" else (one.x - width, one.x)
