"""`./lab collect`: judges the evidence files of a class again, without any lab, and writes the results."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from classroom import sealing
from classroom.school import collection, grades, local_simulator
from classroom.school import page as pages
from classroom.school.collection import Collected
from classroom.school.offline import Offline
from cli.console import Json, Output, table
from cli.context import context_of
from cli.progress import ConsoleProgress
from cli.student_exercise import ClassOption, class_of
from inventory import files
from inventory.errors import ConfigError, LabError

out = Output(markup=False)
COLOURS = {"counted": "green", "look at it": "yellow", "refused": "red", "nothing handed in": "dim"}
CSV, JSON, PAGE = "grades.csv", "results.json", "report.html"


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    app.command()(collect)


def collect(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="The folder with the students' files; folders in it are read too.")
    ],
    *,
    class_: ClassOption = None,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The private key of an exam (./lab exam-key), for sealed attempts."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where the results go; default: collected, in the folder."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge all hand-ins of a class again, and write a table for Moodle (CSV), JSON, and a page. Needs no lab.

    Exit 1 when a person should look at a bundle, or when a file could not be judged. No file of a student is changed.
    """
    context, console = context_of(ctx), ConsoleProgress()
    if not folder.is_dir():
        raise ConfigError(
            f"{folder}: no such folder", hint="name the folder with the files that were handed in"
        )
    found_class, students = class_of(context, class_)
    offline = Offline(local_simulator.here(), sealing.read_private(key) if key else None)
    if offline.simulate is None:
        console.say(
            f"{local_simulator.PROGRAM} is not installed (Debian: {local_simulator.PACKAGE}), "
            "and no node image is on this machine: "
            "a configuration that differs from lab.yaml cannot be judged by its effect."
        )
    with console.busy("Judging the bundles"):
        found = collection.collect(folder, found_class, students, offline)
    target = output or folder / collection.OUTPUT
    data = grades.grades_json(found)
    try:
        files.write_together(
            {target / CSV: grades.grades_csv(found), target / JSON: data, target / PAGE: pages.page(found)}
        )
    except OSError as error:
        raise LabError(f"{target}: cannot be written: {error.strerror}", hint="--output FOLDER") from error
    if as_json:
        sys.stdout.write(data)
    else:
        _show(found)
    console.say(f"results: {target / CSV}, {target / JSON}, {target / PAGE}")
    good = not found.unread and all(one.state in ("counted", "nothing handed in") for one in found.students)
    raise typer.Exit(0 if good else 1)


def _show(found: Collected) -> None:
    listed = table("student", "points", "of", *grades.KINDS, "state", "why")
    for row in found.students:
        points = grades.NO_GRADE if row.points is None else grades.number(row.points)
        sums = [grades.number(grades.sum_of(row, kind)) for kind in grades.KINDS]
        why = "; ".join(dict.fromkeys(one.text for one in row.findings))
        listed.add_row(
            Text(row.mine.student.name), points, str(found.class_.most_points), *sums,
            Text(row.state, style=COLOURS[row.state]), Text(why),
        )  # fmt: skip
    out.print(listed)
    for file, reason in found.unread:
        out.print(Text.assemble((f"{file}: ", "red"), f"not judged: {reason}"))
