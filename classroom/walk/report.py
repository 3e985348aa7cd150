"""The page of a walk: what was predicted, what happened, what to read again, with the plots of the own runs.

It needs no lab: the progress and the records in runs/ are enough. Plots and style are those of a drill's report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from classroom.walk import guide
from classroom.walk.prediction import VERDICTS, Verdict
from classroom.walk.progress import Observed, Progress
from drill.record.timeline import OUTCOMES
from drill.report import run_folder
from drill.report.html.drawing import Plot
from drill.report.html.palette import style
from drill.report.html.plot import plots, short_names
from drill.report.html.templates import asset, parts
from drill.report.result import ScenarioResult
from inventory import files
from inventory.errors import ConfigError, LabError
from inventory.homes import FIRST

BADGES: dict[Verdict, str] = {"right": "PASS", "wrong": "FAIL", "open": "UNKNOWN", "unknown": "UNKNOWN"}
"""The colour of each verdict, by the drill's statuses."""


@dataclass(frozen=True)
class PointPart:
    """One observed point on the page. `missing` is why there is no plot; `earlier` are its earlier observations."""

    found: Observed
    plot: Plot | None
    missing: str
    link: str
    earlier: tuple[Observed, ...]

    @property
    def is_right(self) -> bool:
        """Every prediction was right."""
        return all(one.verdict == "right" for one in self.found.answers)


def write(found: Progress, runs: Path, number: int) -> Path:
    """Write the page below `runs`; its path. `number` is the lab's.

    Raises ConfigError when nothing was observed yet.
    """
    if not found.observed:
        raise ConfigError(
            "There is nothing to report: no point of the walk was observed yet.",
            hint="./lab walk asks and observes; ./lab walk --from 6.2 begins at the first point.",
        )
    path = runs / ("walk.html" if number == FIRST else f"walk-{number}.html")
    files.write(path, "".join(page(found, runs)))
    return path


def page(found: Progress, runs: Path) -> Iterator[str]:
    """The parts of the page, one after another. Records are read from the folders of the runs."""
    latest = {one.point: one for one in found.observed}
    results = {id_: _result(runs, one) for id_, one in latest.items()}
    there = [one for one in results.values() if isinstance(one, ScenarioResult)]
    nodes = dict.fromkeys(node for one in there for node in one.timeline.nodes)
    yield from parts(
        f"{__package__}:walk.html",
        progress=found,
        points=[_part(found, one, results[id_]) for id_, one in latest.items()],
        counts=guide.tally(found),
        verdicts=VERDICTS,
        badges=BADGES,
        nodes=tuple(short_names(nodes).values()),
        outcomes=[one for one in OUTCOMES if one != "ok"],
        css=style() + asset("report.css"),
        own_css=asset(f"{__package__}:walk.css"),
        js=asset("report.js"),
    )
    yield "\n"


def _part(found: Progress, one: Observed, result: ScenarioResult | str) -> PointPart:
    earlier = tuple(other for other in found.observed if other.point == one.point and other is not one)
    if isinstance(result, str):
        return PointPart(one, None, result, "", earlier)
    drawn = plots(result)
    missing = "" if drawn else "Nothing was recorded while it happened, so there is nothing to draw."
    return PointPart(one, drawn[-1] if drawn else None, missing, f"{one.run}/{run_folder.REPORT}", earlier)


def _result(runs: Path, one: Observed) -> ScenarioResult | str:
    """The record of a point, or why there is none."""
    if not one.run:
        return "No record was kept."
    try:
        run = run_folder.load(runs / one.run)
        return run.complete(run.results[0]) if run.results else f"{one.run}: it has no record."
    except LabError as error:
        return f"The record cannot be read: {error.message}"
