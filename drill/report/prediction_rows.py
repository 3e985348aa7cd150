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
from inventory.errors import LabError

CHECK = "outage_within_bounds"


@dataclass(frozen=True)
class PredictionRow:
    """One outage (seconds, at least and at most; None: open) and its prediction.

    `coverage` is None when the prediction is the limits of what is possible. `phases` has name, length and how well its
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

    @property
    def counts(self) -> bool:
        """It has an interval with a coverage, and a verdict."""
        return self.coverage is not None and self.verdict in (PASS, FAIL)

    @property
    def key(self) -> tuple[str, float]:
        """The scenario and the token."""
        return self.scenario, self.token_s


@dataclass(frozen=True)
class PredictionFigures:
    """The rows of one scenario at one token that count: their number, those inside, the widest interval (seconds).

    `middles` are the outages' middles that lie inside: a stricter count, without the resolution of the probe.
    """

    scenario: str
    token_s: float
    count: int
    inside: int
    middles: int
    widest: float
    left_out: int


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
    count = [one for one in mine if one.counts]
    inside = [one for one in count if one.verdict == PASS]
    middles = [one for one in inside if one.outage and _holds(one.predicted, sum(one.outage) / 2)]
    widths = [(one.predicted[1] or 0.0) - one.predicted[0] for one in count]
    return PredictionFigures(
        *key, len(count), len(inside), len(middles), max(widths, default=0.0), len(mine) - len(count)
    )


def _holds(interval: tuple[float, float | None], seconds: float) -> bool:
    least, most = interval
    return least <= seconds and (most is None or seconds <= most)
