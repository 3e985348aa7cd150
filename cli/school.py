"""A class: `./lab class` writes the students' personal labs, `./lab hand-in` makes a student's evidence file."""

from __future__ import annotations

import time
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from classroom.school import (
    class_file,
    evidence,
    gathering,
    new_class,
    student_file,
    student_lab,
    student_language,
)
from classroom.school.bundle import SUFFIX
from classroom.school.class_file import ClassFile
from classroom.school.personal import Personal
from cli.console import Json, Output, print_json, table
from cli.context import Context, context_of
from cli.exercises import possible
from cli.help_texts import TranslatedGroup
from cli.progress import ConsoleProgress
from cli.student_exercise import ClassOption, class_of
from inventory import files
from inventory.errors import ConfigError, LabError
from language import speech

out = Output()
GROUP = typer.Typer(
    cls=TranslatedGroup,
    no_args_is_help=True,
    help="A class: personal labs for its students, from one secret seed.",
)
FOLDER = "students"


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    for command in (init, students, student):
        GROUP.command()(command)
    app.add_typer(GROUP, name="class")
    app.command("hand-in")(hand_in)


def init(
    ctx: typer.Context,
    name: Annotated[str, typer.Option(help="The name of the class.")] = "ha-course",
    students: Annotated[
        int, typer.Option(min=1, max=class_file.MOST_STUDENTS, help="How many students.")
    ] = 30,
) -> None:
    """Write a new class.yaml with a secret seed and all exercises of this lab. Edit it, then: ./lab class student."""
    context = context_of(ctx)
    path = context.root / class_file.NAME
    if path.exists():
        raise ConfigError(
            f"{path} is there already.", hint="remove it for a new class: its students get other labs"
        )
    text = new_class.text(name, students, [one.name for one in possible(context)], speech.code())
    class_file.parse(text, str(path))
    files.write_private(path, text)
    out.print(
        escape(f"{path}: {students} students. It has the secret seed of the class: keep it to yourself.")
    )


def students(ctx: typer.Context, class_: ClassOption = None, as_json: Json = False) -> None:
    """Show what each student of the class gets: network, host names, scores, exercises. For the teacher."""
    found, all_ = class_of(context_of(ctx), class_)
    if as_json:
        print_json([_row(one) for one in all_])
        return
    listed = table("student", "id", "network", "nodes", "stickiness", "location", "exercises")
    for one in all_:
        row = _row(one)
        cells = [
            row[key] for key in ("student", "id", "network", "nodes", "stickiness", "location", "exercises")
        ]
        listed.add_row(*(escape(", ".join(cell) if isinstance(cell, list) else str(cell)) for cell in cells))
    out.print(listed)
    out.print(f"{len(all_)} students; at most {found.most_points} points each.")


def _row(one: Personal) -> dict[str, Any]:
    return {
        "student": one.student.name,
        "id": one.student.identity,
        "network": str(one.network),
        "nodes": [one.name(1), one.name(2)],
        "vip": str(one.address(0)),
        "stickiness": one.scores.stickiness,
        "location": one.scores.location,
        "stays_from": one.scores.answer,
        "exercises": list(one.faults),
    }


def student(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="Students by name or id; none: all of the class.")
    ] = None,
    class_: ClassOption = None,
    to: Annotated[
        Path | None, typer.Option(help="The folder for the students' folders; default: students.")
    ] = None,
) -> None:
    """Write the folder of each student: lab.yaml and student.yaml. The same class gives the same files everywhere."""
    context = context_of(ctx)
    found, all_ = class_of(context, class_)
    chosen = {found.student(name).name for name in names or ()} or {one.student.name for one in all_}
    _require_possible(found, context)
    target = to or context.root / FOLDER
    for one in all_:
        if one.student.name in chosen:
            folder = target / one.student.slug
            files.write(folder / "lab.yaml", student_lab.lab_text(context.document, one, found.name))
            files.write_private(folder / student_language.NAME, student_file.text(found, one))
            out.print(escape(f"{folder}: {one.host}1 and {one.host}2, {one.network}"))
    out.print(escape(f"Each student works with: ./lab --in {target}/NAME up"))


def _require_possible(found: ClassFile, context: Context) -> None:
    allowed = {one.name for one in possible(context)}
    if wrong := [name for name in found.pool if name not in allowed]:
        raise ConfigError(
            f"{class_file.NAME}: exercises.of: this lab does not allow {', '.join(wrong)}.",
            hint="remove them, or change lab.yaml; ./lab exercises lists what it allows",
        )


def hand_in(
    ctx: typer.Context,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file; default: NAME.hand-in.tar.gz here.")
    ] = None,
) -> None:
    """Make one evidence file of your lab: configuration, checks, predictions, attempts, drills. Nothing is sent.

    Secrets (keys, passwords) are removed. The file is signed with the key of your student.yaml.
    """
    context, console = context_of(ctx), ConsoleProgress()
    mine = student_file.load(context.root)
    path = output or context.root / f"{mine.slug}{SUFFIX}"
    gathered = gathering.of_folder(
        context.root, context.home, mine.scenarios, [node.name for node in context.lab.nodes]
    )
    try:
        session = context.session
    except LabError as error:
        gathered = gathering.Gathered(
            gathered.evidence,
            (*gathered.left_out, f"the checks and the configuration: {error.message.splitlines()[0]}"),
        )
    else:
        with console.busy("Reading the nodes"):
            gathered = gathering.with_nodes(gathered, session, context.fetch)
    parts = evidence.parts(gathered.evidence, mine)
    made, program = round(time.time()), metadata.version("ha-lab")
    data = evidence.packed(parts, mine, made=made, lab=program, versions=gathered.evidence.versions)
    try:
        files.write_bytes(path, data)
    except OSError as error:
        raise LabError(
            f"{path}: cannot be written: {error.strerror}", hint="--output FILE writes it elsewhere"
        ) from error
    for name, part in parts.items():
        out.print(escape(f"  {name}  {len(part)} bytes"))
    for line in gathered.left_out:
        console.say(f"not in it: {line}")
    out.print(escape(f"{path}: {len(data)} bytes. Give this file to your teacher."))
