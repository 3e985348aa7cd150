"""The folded repeats of one scenario as a part of the page: their distribution, figures, and the chosen records."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from drill.analysis.duration import Duration
from drill.checks.verdict import UNKNOWN
from drill.report.distribution import Distribution, distribution_of
from drill.report.html.ecdf import ecdf
from drill.report.html.record import slug
from drill.report.html.selection import MOST_NOT_PASSED, Repeats, Selection
from drill.report.html.templates import rendered
from drill.report.run import counts
from drill.report.statistics import Statistics

_FIGURES = {
    "minimum": "the fastest",
    "median": "half lasted at most so long",
    "p95": "19 of 20 lasted at most so long",
    "maximum": "the slowest",
}
_MOST_NUMBERS = 40
"""Of the records that are not drawn, at most so many numbers are listed."""


@dataclass(frozen=True)
class Folded:
    """A folded scenario for the page: its link target, the statuses of its records, and its HTML."""

    repeats: Repeats
    distribution: Distribution
    anchor: str
    statuses: str
    outage: tuple[str, ...]
    html: Markup


def folded(repeats: Repeats, selection: Selection) -> Folded:
    """Fold the repeats of a scenario; `selection` has the records that are drawn."""
    found = distribution_of(repeats.counted)
    figures = _figures(repeats.name, found)
    target = f"repeats-{repeats.results[0].number + 1}-{slug(repeats.name)}"
    statuses = " ".join(status for status, count in counts(repeats.results).items() if count)
    unjudged = counts(repeats.counted)[UNKNOWN]
    missing = [one.number for one in repeats.beyond]
    missing += [number for number in repeats.chosen if number not in selection.drawn]
    html = rendered(
        "repeats.html",
        name=repeats.name,
        anchor=target,
        statuses=statuses,
        counts=counts(repeats.counted),
        times=len(repeats.counted),
        replaced=len(repeats.results) - len(repeats.counted),
        unjudged=unjudged,
        unmeasured=len(repeats.counted) - unjudged - len(found.lengths),
        found=found,
        ecdf=ecdf(found),
        figures=[(name, _FIGURES[name], length) for name, length in figures.items()],
        records=[
            (text, Markup(selection.drawn[number]))  # noqa: S704 - a template's own HTML
            for number, text in sorted(repeats.chosen.items())
            if number in selection.drawn
        ],
        most=MOST_NOT_PASSED,
        missing=_numbers(sorted(missing)),
    )
    outage: tuple[str, ...] = ("nothing measured",)
    if figures:
        outage = (f"median {figures['median'].summary}", f"slowest {figures['maximum'].summary}")
    return Folded(repeats, found, target, statuses, outage, html)


def _figures(name: str, found: Distribution) -> dict[str, Duration]:
    figures = Statistics(name, found.lengths, found.lengths).figures
    return {one: figures[one] for one in _FIGURES if one in figures}


def _numbers(missing: list[int]) -> str:
    """The numbers of records, counted from 1 as in verdicts.json's order, for people; "" without any."""
    shown = ", ".join(str(number + 1) for number in missing[:_MOST_NUMBERS])
    more = len(missing) - _MOST_NUMBERS
    return f"{shown} and {more} more" if more > 0 else shown
