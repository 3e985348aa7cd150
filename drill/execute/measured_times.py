"""The times that this lab measured of its own outages, in `.lab/measured_times.json`: each drill adds to them.

A row is the course of one outage, phase by phase. It counts only for a cluster of the same kind: the same platform,
provider, resources and constraints (`fingerprint`), and with about the same contention of the processors as now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from cluster.cib import Cib
from cluster.configuration import describe
from cluster.outage_interval import FEWEST, FEWEST_LIKELY, MEASURED, Course
from drill.analysis.duration import predicted
from drill.analysis.outage_phases import outage_course
from drill.analysis.record_worth import Span, worth
from drill.record.timeline import Timeline
from inventory import files
from inventory.session import LabSession

FILE = "measured_times.json"
MOST_ROWS = 60
"""The newest rows that are kept for each course of each kind of cluster."""
MOST_CONTENDED = 0.7
"""With a higher contention than this (0 to 1), times can neither be measured nor predicted."""
ALIKE = 0.25
"""Two contentions are about the same when they differ by at most this much (0 to 1)."""


@dataclass(frozen=True)
class Row:
    """One measured outage: its course, the scenario and the time (ISO 8601), and the length of each phase (seconds).

    `dc_lost`: the fault hit the DC (None: not known). `before` and `during` are how contended the processors were: in
    the seconds before the scenario, and during it (0 to 1; None: not known). `token_s` is the running token.
    """

    fingerprint: str
    course: Course
    scenario: str
    at: str
    phases: Mapping[str, float]
    before: float | None = None
    during: float | None = None
    token_s: float | None = None
    dc_lost: bool | None = None


@dataclass(frozen=True)
class Rows:
    """Rows that count for one prediction, or the reason why there is none. `during` is their highest contention."""

    lengths: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    source: str = ""
    during: float | None = None
    missing: str = ""


@dataclass(frozen=True)
class MeasuredTimes:
    """The file of one lab. A file that cannot be read is treated as empty: its times are measured again."""

    path: Path

    @classmethod
    def of(cls, session: LabSession) -> MeasuredTimes:
        """The file of a session's lab, beside its journal."""
        return cls(session.journal.path.with_name(FILE))

    def rows(self) -> tuple[Row, ...]:
        """All rows, the oldest first."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=tuple[Row, ...])
        except (OSError, msgspec.MsgspecError):
            return ()

    def usable(
        self, fingerprint: str, course: Course, contention: float | None, dc_lost: bool | None = None
    ) -> Rows:
        """The rows for a prediction. `contention`: how contended the processors are now (0 to 1).

        `dc_lost`: the DC will be lost. The time until the decision is then that of such outages, if enough are known.
        """
        if contention is not None and contention > MOST_CONTENDED:
            why = f"programs waited for a processor in {contention:.0%} of the last ten seconds"
            return Rows(missing=f"{why}, and times are predicted up to {MOST_CONTENDED:.0%}")
        mine = [one for one in self.rows() if (one.fingerprint, one.course) == (fingerprint, course)]
        alike = [one for one in mine if _alike(one.before, contention)]
        if len(alike) < FEWEST:
            calm = (
                f" with about the same contention of the processors as now ({contention:.0%})"
                if len(mine) >= FEWEST
                else ""
            )
            why = f"{len(alike)} outages of this course were measured{calm}, and {FEWEST} are needed (./lab measure)"
            return Rows(missing=why)
        names = dict.fromkeys(one.scenario for one in alike)
        source = f"{', '.join(names)}, {alike[0].at[:16]} to {alike[-1].at[:16]}, this lab"
        lengths = {name: tuple(one.phases[name] for one in alike) for name in MEASURED[course]}
        same = tuple(one.phases["decided"] for one in alike if one.dc_lost == dc_lost and course == "loss")
        if dc_lost is not None and len(same) >= FEWEST_LIKELY:
            lengths["decided"] = same
        return Rows(
            lengths, source, max((one.during for one in alike if one.during is not None), default=None)
        )

    def learn(self, timeline: Timeline, fingerprint: str) -> Row | None:
        """Add a record's outage, when all its phases are known and nothing disturbed it. Return the row, or None."""
        row = row_of(timeline, fingerprint)
        if row is not None:
            self._write([*self.rows(), row])
        return row

    def forget(self) -> None:
        """Remove all rows, so that everything is measured anew."""
        self.path.unlink(missing_ok=True)

    def _write(self, rows: Iterable[Row]) -> None:
        kept: dict[tuple[str, str], list[Row]] = {}
        for one in rows:
            kept.setdefault((one.fingerprint, one.course), []).append(one)
        newest = sorted((one for many in kept.values() for one in many[-MOST_ROWS:]), key=lambda one: one.at)
        lines = ",\n".join(json.dumps(asdict(one)) for one in newest)
        files.write(self.path, f"[\n{lines}\n]\n")


def fingerprint(session: LabSession, live: Cib) -> str:
    """The kind of a cluster: what start, stop and decision times depend on, as a digest."""
    configuration = live.configuration
    texts = [session.platform.name, session.provider.name]
    texts += [f"{one.id} {one.agent} {sorted(one.attributes.items())}" for one in configuration.resources]
    texts += [describe(one) for one in configuration.colocations]
    texts += [describe(one) for one in configuration.orders]
    texts += ["the web server is a clone"] if any(one.clone for one in session.lab.resources) else []
    nodes = len(session.lab.nodes)
    texts += [f"{nodes} nodes"] if nodes > 2 else []  # two is the usual number, and says nothing
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def row_of(timeline: Timeline, fingerprint: str) -> Row | None:
    """The row of a record; None when a phase is not known, or it was disturbed, or contradicts its prediction."""
    header = timeline.header
    course = outage_course(timeline)
    if course is None or header.error or header.consensus_s is None:
        return None
    if header.contention is not None and header.contention > MOST_CONTENDED:
        return None
    first, last = course.phases[0].since, course.phases[-1].until
    if worth(timeline).doubt(Span(first, last)):
        return None
    limits = predicted(header.prediction)
    if limits is not None and not limits.least <= course.seconds <= limits.most:
        return None
    lengths = {name: round(seconds, 4) for name, seconds in course.lengths(header.consensus_s).items()}
    return Row(
        fingerprint,
        course.course,
        header.scenario,
        datetime.now().isoformat(timespec="seconds"),
        lengths,
        header.contention_before,
        header.contention,
        header.token_s,
        header.dc_lost,
    )


def _alike(one: float | None, other: float | None) -> bool:
    return one is None or other is None or abs(one - other) <= ALIKE
