"""Figures and plot of a benchmark."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks import plot
from benchmarks.figures import figures, in_words, ranked, table
from benchmarks.measurements import Interval, Measurement


def row(value: int, what: str, number: int = 0, **more: Any) -> Measurement:
    return Measurement(setting=f"token {value} ms", what=what, number=number, value=value, at="", **more)


ROWS = [
    row(3000, "freeze", 0, outage=(6.9, 7.1), two_owners=(0.4, 0.4)),
    row(400, "freeze", 0, outage=(1.0, 1.1)),
    row(400, "freeze", 1, outage=(1.2, 1.3)),
    row(400, "freeze", 2, outage=(9.0, 9.1), doubt="the machine was late"),
    row(400, "pause", 0, outage=(0.0, 0.0), lost=False, token_lost=True, moved=False),
    row(400, "pause", 1, outage=(2.0, None), lost=True, token_lost=True, moved=True),
    row(3000, "pause", 0, outage=(0.4, 0.5), lost=False, token_lost=False, moved=False),
]


def test_each_setting_in_the_order_of_its_number() -> None:
    found = figures(ROWS)
    assert [(one.value, one.what, one.count, one.doubtful) for one in found] == [
        (400, "freeze", 2, 1),
        (400, "pause", 2, 0),
        (3000, "freeze", 1, 0),
        (3000, "pause", 1, 0),
    ]
    assert [one.lost_share for one in found] == [None, 0.5, None, 0.0]
    assert found[0].outages == ((1.0, 1.1), (1.2, 1.3)), "what is in doubt does not count"


@pytest.mark.parametrize(("share", "expected"), [(0.0, (1.0, 1.5)), (0.5, (2.0, 2.5)), (1.0, (3.0, None))])
def test_percentiles_by_nearest_rank(share: float, expected: Interval) -> None:
    assert ranked([(3.0, None), (1.0, 1.5), (2.0, 2.5)], share) == expected
    assert ranked([], share) is None


def test_in_words() -> None:
    assert [in_words(one) for one in (None, (0.0, 0.0), (1.0, 1.25), (2.0, None))] == [
        "-",
        "none",
        "1.00 to 1.25 s",
        "2.00 s or more",
    ]


def test_the_table_tells_what_was_counted_and_what_nobody_looked_for() -> None:
    lines = table(figures(ROWS)).splitlines()
    assert lines[2].startswith(
        "| token 400 ms | freeze | 2 (and 1 in doubt) | 1.00 to 1.10 s | 1.20 to 1.30 s |"
    )
    assert lines[2].endswith("| - | - | - | - | - |")
    assert "| 2 of 2 | 1 of 2 | 1 of 2 | - | - |" in lines[3]
    assert "| 0.40 to 0.40 s | 0.40 to 0.40 s |" in lines[4]


def test_the_plot_has_a_point_for_each_token() -> None:
    assert plot.points(figures(ROWS), "pause") == (
        plot.Point("token 400 ms", 0.5, 1.05, 1.0, 1.3),
        plot.Point("token 3000 ms", 0.0, 7.0, 6.9, 7.1),
    )
    root = ElementTree.fromstring(plot.svg(figures(ROWS)))
    dots = root.findall("{*}circle/{*}title")
    assert [dot.text for dot in dots] == [
        "token 400 ms: 1.05 s (1.00 to 1.30 s), 50 %",
        "token 3000 ms: 7.00 s (6.90 to 7.10 s), 0 %",
    ]


def test_a_plot_of_nothing_is_still_a_plot() -> None:
    assert ElementTree.fromstring(plot.svg([])).tag.endswith("svg")
