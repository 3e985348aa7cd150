"""`runs/<time>/`: the files of a run. They can be read, judged and drawn again without the lab.

    timeline.jsonl.gz   the record, scenario after scenario (drill.record); the other files are made from it.
                        While the run goes on, and after a crash: timeline.jsonl
    verdicts.json       the verdicts of the checks
    junit.xml           the same for a build server
    report.html         the same for people, with plots; one file, no network

Only this module writes these files, except timeline.jsonl, which the running drill writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from drill.checks import registry as checks
from drill.checks.verdict import UNKNOWN, Verdict
from drill.record import stored_rows, timeline_file
from drill.record.header import Header
from drill.record.parser import LOST
from drill.record.stored_rows import Place
from drill.record.timeline import Timeline
from drill.report import verdicts_file
from drill.report.html.page import report
from drill.report.junit import junit
from drill.report.result import ScenarioResult
from drill.report.run import Run
from drill.report.summary import Summary, summary_of
from drill.report.verdicts_file import WrittenVerdicts
from inventory import files
from inventory.errors import ConfigError, LabError

TIMELINE, VERDICTS, JUNIT, REPORT = "timeline.jsonl", "verdicts.json", "junit.xml", "report.html"
TESTS = "tests.xml"
"""pytest's own JUnit file of a run of the tests, beside that of the drill's checks."""


def fresh(runs: Path, now: datetime) -> Path:
    """Create the folder of a new run, named after the local time. A second run in the same second gets a number.

    Raises LabError when the folder cannot be created.
    """
    name = now.strftime("%Y-%m-%d_%H-%M-%S")
    for number in range(1, 1000):
        folder = runs / (name if number == 1 else f"{name}_{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise LabError(
                f"{folder}: cannot be created: {error.strerror}", hint="is the disk full?"
            ) from error
        return folder
    raise LabError(f"{runs}: a thousand runs in one second", hint="remove some of them")


def recheck(folder: Path) -> Run:
    """Judge a run again from its timelines, and write its verdicts, JUnit and report again.

    One record at a time is in memory. When the record is incomplete and the written verdicts are those of a complete
    one, nothing is written; the run's note says so. Raises ConfigError for a folder that is not a run, LabError for a
    file that cannot be read or written.
    """
    timelines = scan(folder)
    with _replacement(folder) as new:
        summaries: list[Summary] = []
        with new.open(folder / VERDICTS) as stream:
            writer = verdicts_file.Writer(stream)
            for place, timeline in timelines:
                result = ScenarioResult(timeline, checks.judge(timeline))
                writer.add(result)
                summaries.append(summary_of(result, len(summaries), place))
            run = Run(folder.resolve().name, tuple(summaries))
            writer.end(run)
        run = replace(run, source=_Stored(folder / TIMELINE, WrittenVerdicts(new.paths[folder / VERDICTS])))
        if lost := _would_lose(folder, run):
            note = (
                f"{TIMELINE} is incomplete. {VERDICTS} still has the verdicts of the complete record: {lost}"
            )
            return replace(run, note=note)
        with new.open(folder / JUNIT) as stream:
            stream.writelines(junit(run))
        with new.open(folder / REPORT) as stream:
            stream.writelines(report(run))
        new.put_in_place()
    return run


def _would_lose(folder: Path, run: Run) -> str:
    """What the verdicts of an incomplete record would overwrite: "SCENARIO PASS, ..."; "" for a complete record."""
    lost = []
    try:
        for number, written in enumerate(WrittenVerdicts(folder / VERDICTS)):
            there = run.results[number] if number < len(run.results) else None
            if written.status != UNKNOWN and (there is None or there.notes or there.size < written.size):
                lost.append(f"{written.name} {written.status}")
    except (OSError, ValueError, RecursionError):
        return ""
    return ", ".join(lost)


def end(folder: Path) -> None:
    """Compress the record of a run that has ended. Raises LabError when this fails; the plain record is kept then."""
    try:
        stored_rows.compress(folder / TIMELINE)
    except OSError as error:
        raise LabError(
            f"{folder / TIMELINE}: cannot be compressed: {error.strerror}; it is kept as it is",
            hint="free disk space; every command reads it as it is",
        ) from error


def rebuild(folder: Path, only: Sequence[int] = ()) -> Path:
    """Write the report again from the timelines and the existing verdicts; the path of the page.

    `only`: a page with these records alone (counted from 1), beside the report of the run. Raises what `load` raises,
    and ConfigError for a record that is not there.
    """
    run = load(folder)
    if absent := [number for number in only if not 1 <= number <= len(run.results)]:
        raise ConfigError(
            f"{folder}: there is no record {', '.join(map(str, absent))}", hint=f"1 to {len(run.results)}"
        )
    page = folder / (f"report-{'-'.join(map(str, only))}.html" if only else REPORT)
    chosen = tuple(run.results[number - 1] for number in only) or run.results
    with _replacement(folder) as new:
        with new.open(page) as stream:
            stream.writelines(report(replace(run, results=chosen)))
        new.put_in_place()
    return page


def load(folder: Path) -> Run:
    """Read a run: its timelines and verdicts. Changes nothing. Raises ConfigError and LabError like `recheck`."""
    path = folder / VERDICTS
    hint = f"./lab recheck {folder} writes it again"
    timelines = scan(folder)
    try:
        written = WrittenVerdicts(path)
        summaries: list[Summary] = []
        for judged, stored in zip_longest(written, timelines):
            place, timeline = stored or (None, None)
            if judged is None or (timeline and timeline.scenario not in (judged.name, LOST)):
                raise ValueError(f"its scenarios are not those of {TIMELINE}")
            found = _named(timeline, judged.name)
            summaries.append(summary_of(ScenarioResult(found, judged.verdicts), len(summaries), place))
    except OSError as error:
        raise LabError(f"{path}: cannot be read: {error.strerror}", hint=hint) from error
    except (ValueError, RecursionError) as error:
        raise LabError(f"{path}: not this run's verdicts: {error}", hint=hint) from error
    return Run(folder.resolve().name, tuple(summaries), source=_Stored(folder / TIMELINE, written))


@dataclass(frozen=True)
class _Stored:
    """The complete records of a run in its folder."""

    path: Path
    written: WrittenVerdicts

    def timeline(self, summary: Summary) -> Timeline:
        """The timeline of a record."""
        found = timeline_file.read_at(self.path, summary.place) if summary.place else None
        return _named(found, summary.name)

    def verdicts(self, summary: Summary) -> tuple[Verdict, ...]:
        """The verdicts of a record."""
        return self.written[summary.number].verdicts


def _named(timeline: Timeline | None, name: str) -> Timeline:
    """A timeline with its name from the verdicts, when it lost its own; one without rows when all of it is lost."""
    if timeline is None:
        return Timeline(Header(scenario=name), notes=("its record is lost",))
    return (
        replace(timeline, header=replace(timeline.header, scenario=name))
        if timeline.scenario != name
        else timeline
    )


def has_record(folder: Path) -> bool:
    """Whether a folder has the record of a run."""
    return stored_rows.stored(folder / TIMELINE) is not None


def scan(folder: Path) -> Iterator[tuple[Place, Timeline]]:
    """The timelines of a run, one after another, each with its place. Raises ConfigError when it is no run."""
    path = folder / TIMELINE
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder", hint="name a run's folder, such as one below runs/")
    if stored_rows.stored(path) is None:
        raise ConfigError(f"{folder}: not a run: it contains no {TIMELINE}", hint="name a folder below runs/")
    return timeline_file.scan(path)


@contextmanager
def _replacement(folder: Path) -> Iterator[files.Replacement]:
    """New files of the folder: they replace either all of the old ones, or none when one cannot be written."""
    try:
        with files.replacement() as new:
            yield new
    except OSError as error:
        raise LabError(
            f"{folder}: the results cannot be written: {error.strerror}",
            hint=f"free disk space or get write permission, then ./lab recheck {folder}",
        ) from error
