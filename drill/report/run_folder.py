"""`runs/<time>/`: the files of a run. They can be read, judged and drawn again without the lab.

    timeline.jsonl.gz   the record, scenario after scenario (drill.record); the other files are made from it.
                        While the run goes on, and after a crash: timeline.jsonl
    verdicts.json       the verdicts of the checks
    junit.xml           the same for a build server
    report.html         the same for people, with plots; one file, no network

Only this module writes these files, except timeline.jsonl, which the running drill writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from drill.checks import registry as checks
from drill.checks import verdict
from drill.checks.verdict import UNKNOWN
from drill.record import stored_rows, timeline_file
from drill.record.header import Header
from drill.record.timeline import Timeline
from drill.report import verdicts_file
from drill.report.html.page import report
from drill.report.junit import junit
from drill.report.run import Run, ScenarioResult
from inventory import files
from inventory.errors import ConfigError, LabError

TIMELINE, VERDICTS, JUNIT, REPORT = "timeline.jsonl", "verdicts.json", "junit.xml", "report.html"


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

    When the record is incomplete and the written verdicts are those of a complete one, nothing is written; the run's
    note says so. Raises ConfigError for a folder that is not a run, LabError for a file that cannot be read or written.
    """
    run = Run(
        folder.resolve().name, tuple(ScenarioResult(one, checks.judge(one)) for one in _timelines(folder))
    )
    if lost := _would_lose(folder, run):
        note = f"{TIMELINE} is incomplete. {VERDICTS} still has the verdicts of the complete record: {lost}"
        return replace(run, note=note)
    verdicts = json.dumps(verdicts_file.plain_data(run), indent=1, ensure_ascii=False) + "\n"
    _write(folder, {VERDICTS: verdicts, JUNIT: junit(run), REPORT: report(run)})
    return run


def _would_lose(folder: Path, run: Run) -> str:
    """What the verdicts of an incomplete record would overwrite: "SCENARIO PASS, ..."; "" for a complete record."""
    try:
        body = json.loads((folder / VERDICTS).read_bytes())
        written, sizes = verdicts_file.verdicts(body), verdicts_file.sizes(body)
    except (OSError, ValueError, RecursionError):
        return ""
    lost = []
    for number, ((name, verdicts), size) in enumerate(zip(written, sizes, strict=True)):
        before = verdict.worst_status(verdicts)
        there = run.results[number].timeline if number < len(run.results) else None
        if before != UNKNOWN and (there is None or there.notes or there.size < size):
            lost.append(f"{name} {before}")
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


def rebuild(folder: Path) -> Run:
    """Write the report again from the timelines and the existing verdicts. Raises what `load` raises."""
    run = load(folder)
    _write(folder, {REPORT: report(run)})
    return run


def load(folder: Path) -> Run:
    """Read a run: its timelines and verdicts. Changes nothing. Raises ConfigError and LabError like `recheck`."""
    timelines = _timelines(folder)
    path = folder / VERDICTS
    hint = f"./lab recheck {folder} writes it again"
    try:
        judged = verdicts_file.verdicts(json.loads(path.read_bytes()))
    except OSError as error:
        raise LabError(f"{path}: cannot be read: {error.strerror}", hint=hint) from error
    except (ValueError, RecursionError) as error:
        raise LabError(f"{path}: not a run's verdicts: {error}", hint=hint) from error
    names = [name for name, _ in judged]
    found = [
        replace(one, header=replace(one.header, scenario=name)) if one.scenario == timeline_file.LOST else one
        for one, name in zip(timelines, names, strict=False)
    ]
    if len(timelines) > len(names) or [one.scenario for one in found] != names[: len(found)]:
        raise LabError(f"{path}: its scenarios are not those of {TIMELINE}", hint=hint)
    lost = [Timeline(Header(scenario=name), notes=("its record is lost",)) for name in names[len(found) :]]
    pairs = zip([*found, *lost], judged, strict=True)
    return Run(folder.resolve().name, tuple(ScenarioResult(one, verdicts) for one, (_, verdicts) in pairs))


def _timelines(folder: Path) -> tuple[Timeline, ...]:
    path = folder / TIMELINE
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder", hint="name a run's folder, such as one below runs/")
    if stored_rows.stored(path) is None:
        raise ConfigError(f"{folder}: not a run: it contains no {TIMELINE}", hint="name a folder below runs/")
    return timeline_file.read_all(path)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Replace files of the folder: either all of them, or none when one cannot be written."""
    try:
        files.write_together({folder / name: text for name, text in texts.items()})
    except OSError as error:
        raise LabError(
            f"{folder}: the results cannot be written: {error.strerror}",
            hint=f"free disk space or get write permission, then ./lab recheck {folder}",
        ) from error
