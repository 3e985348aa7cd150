"""Predicted against measured outages: a row of each record, and the figures of many rows. Pure but for the file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from drill.analysis import record_worth
from drill.analysis.fault_windows import fault_windows
from drill.analysis.outage_phases import outage_course
from drill.analysis.outages import outages_of
from drill.checks.verdict import FAIL, PASS
from drill.report.result import ScenarioResult
from inventory.errors import ConfigError, LabError

CHECK = "outage_within_bounds"
GRACEFUL, CRASHES = ("stickiness-100", "standby"), ("freeze", "power-off")
INSIDE, ENOUGH = 0.95, 20
"""The share of the outages that shall be inside (0 to 1), and how many outages are needed to say so."""


@dataclass(frozen=True)
class PredictionRow:
    """One outage (seconds, at least and at most; None: open) and its prediction.

    `coverage` is None when the prediction is the limits of what is possible. `likely` is the narrowest interval
    with the coverage `likely_coverage`. `dc_lost`: the fault hit the DC. `phases` has name, length and how well its
    ends are known (seconds); they fill the outage. `verdict` and `seen` are those of the check outage_within_bounds.
    `contention` is that before and that during the record (0 to 1).
    """

    scenario: str
    token_s: float
    consensus_s: float
    at: str
    verdict: str
    seen: str
    outage: tuple[float, float] | None
    predicted: tuple[float, float | None]
    coverage: float | None
    possible: tuple[float, float | None] | None
    phases: tuple[tuple[str, float, float], ...]
    contention: tuple[float | None, float | None]
    late: str
    platform: str
    provider: str
    likely: tuple[float, float] | None = None
    likely_coverage: float | None = None
    dc_lost: bool | None = None

    @property
    def counts(self) -> bool:
        """It has an interval with a coverage, and a verdict."""
        return self.coverage is not None and self.verdict in (PASS, FAIL)

    @property
    def key(self) -> tuple[str, float]:
        """The scenario and the token."""
        return self.scenario, self.token_s


@dataclass(frozen=True)
class Counted:
    """How many outages a kind of interval predicted, how many are inside, and the widest interval (seconds).

    `middles` are the outages' middles that lie inside: a stricter count, without the resolution of the probe.
    """

    count: int
    inside: int
    middles: int
    widest: float

    @property
    def share(self) -> float | None:
        """The share of the outages that are inside (0 to 1); None without any."""
        return self.inside / self.count if self.count else None


@dataclass(frozen=True)
class PredictionFigures:
    """The rows of one scenario at one token that count.

    `verdicts` is about the intervals by which the verdicts are given, `likely` about the narrower ones. `goal` is the
    greatest width that is wanted (seconds; None: there is no goal).
    """

    scenario: str
    token_s: float
    verdicts: Counted
    likely: Counted
    goal: float | None
    left_out: int

    @property
    def reached(self) -> bool | None:
        """Whether the narrower intervals reach the goal: INSIDE of the outages inside, and none wider than `goal`.

        None when there is no goal, or when fewer than ENOUGH outages count.
        """
        share = self.likely.share
        if self.goal is None or share is None or self.likely.count < ENOUGH:
            return None
        return share >= INSIDE and self.likely.widest <= self.goal


def row_of(result: ScenarioResult, at: str) -> PredictionRow | None:
    """The row of a judged record; None without a prediction or a running token. `at` is the time (ISO 8601)."""
    header = result.timeline.header
    prediction = header.prediction
    if prediction is None or header.token_s is None or header.consensus_s is None:
        return None
    verdict = next((one for one in result.verdicts if one.check == CHECK), None)
    windows = fault_windows(result.timeline)
    caused = [one for one in outages_of(result.timeline) if windows and windows[0].caused(one)]
    first = caused[0] if caused else None
    course = outage_course(result.timeline)
    return PredictionRow(
        header.scenario,
        header.token_s,
        header.consensus_s,
        at,
        verdict.status if verdict else "",
        verdict.why if verdict else header.error,
        None if first is None or first.upper is None else (round(first.lower, 4), round(first.upper, 4)),
        (prediction.least, prediction.most),
        prediction.coverage,
        prediction.possible,
        tuple((one.name, round(one.seconds, 4), round(one.within, 4)) for one in course.phases)
        if course
        else (),
        (header.contention_before, header.contention),
        record_worth.summary(result.timeline),
        header.platform,
        header.provider,
        prediction.likely,
        prediction.likely_coverage,
        header.dc_lost,
    )


def read(path: Path) -> tuple[PredictionRow, ...]:
    """The rows of a file; none when there is no file. Raises LabError with the line that is no row."""
    if not path.exists():
        return ()
    found = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(msgspec.json.decode(text, type=PredictionRow))
        except msgspec.MsgspecError as error:
            raise LabError(
                f"{path}:{number}: no row of this benchmark: {error}", hint="remove the line"
            ) from error
    return tuple(found)


def read_several(paths: Iterable[Path]) -> tuple[PredictionRow, ...]:
    """The rows of several files in the order of their times, each row once. Raises LabError when one is missing."""
    found: dict[str, PredictionRow] = {}
    for path in paths:
        if not path.is_file():
            raise ConfigError(
                f"{path}: no such file", hint="name the files with the results of this benchmark"
            )
        found |= {line(one): one for one in read(path)}
    return tuple(sorted(found.values(), key=lambda one: one.at))


def line(row: PredictionRow) -> str:
    """A row as a line of the file."""
    return json.dumps(asdict(row), ensure_ascii=False) + "\n"


def figures(rows: Sequence[PredictionRow]) -> tuple[PredictionFigures, ...]:
    """The figures by scenario and token, in the order of the rows."""
    return tuple(
        _figures(key, [one for one in rows if one.key == key])
        for key in dict.fromkeys(one.key for one in rows)
    )


def _figures(key: tuple[str, float], rows: Iterable[PredictionRow]) -> PredictionFigures:
    mine = list(rows)
    counts = [one for one in mine if one.counts]
    return PredictionFigures(
        *key,
        _counted([(one.predicted, one.outage, one.verdict == PASS) for one in counts]),
        _counted([(one.likely, one.outage, _meets(one.likely, one.outage)) for one in counts if one.likely]),
        goal_of(*key),
        len(mine) - len(counts),
    )


def goal_of(scenario: str, token_s: float) -> float | None:
    """The greatest wanted width of an interval (seconds); None for a scenario without a goal.

    A crash has the token's hold, and the waits of pacemaker's controller.
    """
    if scenario in GRACEFUL:
        return 1.0
    return 1.5 + token_s / 4 if scenario in CRASHES else None


def _counted(found: Sequence[tuple[tuple[float, float | None], tuple[float, float] | None, bool]]) -> Counted:
    """`found` has for each outage its interval, its length, and whether it is inside."""
    inside = [(interval, outage) for interval, outage, is_inside in found if is_inside]
    middles = [one for one, outage in inside if outage and _meets(one, (sum(outage) / 2, sum(outage) / 2))]
    widths = [(most or 0.0) - least for (least, most), _, _ in found]
    return Counted(len(found), len(inside), len(middles), max(widths, default=0.0))


def _meets(interval: tuple[float, float | None], outage: tuple[float, float] | None) -> bool:
    """Whether an outage can have a length inside the interval; one without failed requests has the length 0."""
    least, most = interval
    low, high = outage or (0.0, 0.0)
    return high >= least and (most is None or low <= most)
