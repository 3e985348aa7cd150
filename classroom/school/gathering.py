"""Collects what a student hands in from the lab's folder and from the running nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from classroom import attempts
from classroom.checks import judge
from classroom.school.evidence import RECORD, Drilled, Evidence, Judged
from classroom.snapshot import look
from classroom.walk import progress
from drill.record import timeline_file
from drill.report import run_folder
from drill.report.verdicts_file import WrittenVerdicts
from inventory.errors import LabError
from inventory.homes import STATE
from inventory.session import LabSession
from status.web_page import Fetch

MOST_RECORDS = 40 * 2**20
"""The newest runs are handed in until they have so many bytes (compressed)."""


@dataclass(frozen=True)
class Gathered:
    """The evidence, and what is not in it, a line each."""

    evidence: Evidence
    left_out: tuple[str, ...]


def of_folder(root: Path, home: Path, scenarios: Sequence[str], nodes: Sequence[str]) -> Gathered:
    """What is in the files of a lab: attempts, predictions, and the records of these nodes. Raises LabError."""
    try:
        lab = (root / "lab.yaml").read_text(encoding="utf-8-sig")
        tried = {path.name: path.read_text("utf-8", "replace") for path in _files(home / attempts.FOLDER)}
        walk = {
            path.name: path.read_text("utf-8", "replace")
            for path in _files(home / STATE)
            if path.name == progress.FILE
        }
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(
            f"a file of the lab cannot be read: {error}", hint="./lab doctor checks the folder"
        ) from error
    records: dict[str, bytes] = {}
    drilled: list[Drilled] = []
    left_out: list[str] = []
    for folder in sorted((path for path in (root / "runs").glob("*") if path.is_dir()), reverse=True):
        try:
            found, data = _run(folder, scenarios, nodes)
        except LabError as error:
            left_out.append(f"run {folder.name}: {error.message}")
            continue
        if not found:
            continue
        if sum(map(len, records.values())) + len(data) > MOST_RECORDS:
            left_out.append(f"run {folder.name}: the newer runs have {MOST_RECORDS // 2**20} MiB already")
            continue
        records[folder.name] = data
        drilled += found
    return Gathered(
        Evidence(lab, attempts=tried, walk=walk, records=records, drilled=drilled), tuple(left_out)
    )


def with_nodes(gathered: Gathered, session: LabSession, fetch: Fetch) -> Gathered:
    """The same with the checks and the configuration of the running nodes; without them when they do not answer."""
    known = [session.bmc_password] if session.bmc_password else []
    evidence = replace(gathered.evidence, known=known, versions=versions(session))
    try:
        seen = look(session, fetch)
    except LabError as error:
        why = f"the checks and the configuration of the nodes: {error.message.splitlines()[0]}"
        return Gathered(evidence, (*gathered.left_out, why))
    checks = [Judged(one.check, one.status, one.why) for one in judge(session, seen)]
    left = () if seen.cib_text else ("the CIB: no cluster answers",)
    whole = replace(evidence, cib=seen.cib_text, conf=seen.facts.of(session.lab.node1).conf, checks=checks)
    return Gathered(whole, (*gathered.left_out, *left))


def versions(session: LabSession) -> dict[str, str]:
    """The platform and the provider of the nodes, and the generations of the programs that it has."""
    return {"platform": session.platform.name, "provider": session.machines.choice.provider}


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink())


def _run(folder: Path, scenarios: Sequence[str], nodes: Sequence[str]) -> tuple[list[Drilled], bytes]:
    """The verdicts of a run that has one of the scenarios on these nodes, with its record; none for another run."""
    path = folder / RECORD
    if not path.is_file():
        return [], b""
    headers = [one.header for _, one in timeline_file.scan(folder / run_folder.TIMELINE)]
    if not any(one.scenario in scenarios for one in headers) or any(
        one.nodes != tuple(nodes) for one in headers
    ):
        return [], b""
    try:
        written = WrittenVerdicts(folder / run_folder.VERDICTS)
        return [Drilled(folder.name, one.name, one.status) for one in written], path.read_bytes()
    except (OSError, ValueError, RecursionError) as error:
        raise LabError(
            f"{folder}: its verdicts cannot be read: {error}", hint=f"./lab recheck {folder}"
        ) from error
