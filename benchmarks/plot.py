"""The plot of a token curve as SVG: the outage after a freeze against the false failovers, one point for each token."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from benchmarks.figures import Figures, ranked

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 70, 20, 40, 60
SERIES = (
    ("pause", "#0b6e99", "the host pauses for 0.1 to 3 s"),
    ("load", "#c0392b", "its processors are busy"),
)
"""What disturbs a node; its colour; its text."""
MIDDLE = 0.5


@dataclass(frozen=True)
class Point:
    """One setting: the share of false failovers (0 to 1), and the median and extreme outages (seconds)."""

    label: str
    share: float
    median: float
    least: float
    most: float


def points(found: Sequence[Figures], what: str, fault: str = "freeze") -> tuple[Point, ...]:
    """The points of one series: each setting for which both were measured."""
    outages = {one.setting: one for one in found if one.what == fault and one.outages}
    shares = {one.setting: one.lost_share for one in found if one.what == what}
    result = []
    for setting, one in outages.items():
        share, middle = shares.get(setting), ranked(one.outages, MIDDLE)
        ends = [length for pair in one.outages for length in pair if length is not None]
        if share is not None and middle is not None:
            high = middle[0] if middle[1] is None else middle[1]
            result.append(Point(setting, share, (middle[0] + high) / 2, min(ends), max(ends)))
    return tuple(result)


def svg(found: Sequence[Figures]) -> str:
    """The whole plot; it also stands alone, without a page around it."""
    series = [(points(found, what), colour, text) for what, colour, text in SERIES]
    top = max((point.most for one, _, _ in series for point in one), default=1.0)
    ceiling = _round_up(top)
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "font-family": "sans-serif",
            "font-size": "12",
        },
    )
    ElementTree.SubElement(root, "rect", {"width": str(WIDTH), "height": str(HEIGHT), "fill": "#ffffff"})
    root.extend(_axes(ceiling))
    for number, (one, colour, text) in enumerate(series):
        if one:
            root.extend(_series(one, colour, ceiling, above=number == 0))
            root.extend(_legend(number, colour, text))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(seconds: float, ceiling: float) -> float:
    return round(HEIGHT - BOTTOM - seconds / ceiling * (HEIGHT - TOP - BOTTOM), 1)


def _round_up(seconds: float) -> float:
    power = 10.0 ** math.floor(math.log10(max(seconds, 0.1)))
    return next(power * factor for factor in (1, 1.5, 2, 3, 5, 8, 10) if power * factor >= seconds)


def _axes(ceiling: float) -> Iterator[ElementTree.Element]:
    for step in range(6):
        share, seconds = step / 5, ceiling * step / 5
        yield _line(_x(share), _y(0, ceiling), _x(share), _y(ceiling, ceiling), "#dddddd")
        yield _line(_x(0), _y(seconds, ceiling), _x(1), _y(seconds, ceiling), "#dddddd")
        yield _text(_x(share), HEIGHT - BOTTOM + 18, f"{100 * share:.0f} %")
        yield _text(LEFT - 8, _y(seconds, ceiling) + 4, f"{seconds:g} s", "end")
    yield _text(
        _x(0.5), HEIGHT - 20, "false failovers: share of the disturbances in which a well node was lost"
    )
    yield _text(
        LEFT - 50, TOP - 18, "outage of a client after a freeze: median, shortest and longest", "start"
    )


def _series(
    found: Sequence[Point], colour: str, ceiling: float, *, above: bool
) -> Iterator[ElementTree.Element]:
    path = " ".join(f"{_x(one.share)},{_y(one.median, ceiling)}" for one in found)
    yield ElementTree.Element("polyline", {"points": path, "fill": "none", "stroke": colour})
    for one in found:
        x, y = _x(one.share), _y(one.median, ceiling)
        yield _line(x, _y(one.least, ceiling), x, _y(one.most, ceiling), colour)
        dot = ElementTree.Element("circle", {"cx": str(x), "cy": str(y), "r": "4", "fill": colour})
        tip = (
            f"{one.label}: {one.median:.2f} s ({one.least:.2f} to {one.most:.2f} s), {100 * one.share:.0f} %"
        )
        ElementTree.SubElement(dot, "title").text = tip
        yield dot
        anchor = "end" if one.share > 0.8 else "start"
        yield _text(x + (-8 if anchor == "end" else 8), y + (-8 if above else 16), one.label, anchor)


def _legend(number: int, colour: str, text: str) -> Iterator[ElementTree.Element]:
    y = TOP + 14 + 18 * number
    yield ElementTree.Element("circle", {"cx": str(WIDTH - 230), "cy": str(y - 4), "r": "4", "fill": colour})
    yield _text(WIDTH - 220, y, text, "start")


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> ElementTree.Element:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return ElementTree.Element("line", {**{name: str(at) for name, at in ends.items()}, "stroke": colour})


def _text(x: float, y: float, text: str, anchor: str = "middle") -> ElementTree.Element:
    found = ElementTree.Element("text", {"x": str(x), "y": str(y), "text-anchor": anchor})
    found.text = text
    return found
