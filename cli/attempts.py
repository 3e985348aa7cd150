"""`./lab attempts` lists the attempts at exercises; `./lab exam-key` makes the teacher's keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from classroom import attempts as records
from classroom import sealed_exercise, sealing
from classroom.attempt import Attempt
from classroom.sealing import Unopened
from cli.console import Json, Output, messages, print_json, table
from cli.context import context_of
from cli.current_exercise import Key
from inventory.errors import ConfigError

out = Output(markup=False, prose=True)
SEALED = "(sealed)"


def register(app: typer.Typer) -> None:
    """Add the commands to the CLI."""
    app.command()(attempts)
    app.command("exam-key")(exam_key)


def attempts(ctx: typer.Context, key: Key = None, as_json: Json = False) -> None:
    """List all attempts at exercises: solved or not, tries, hints, points, commands. Works without a lab."""
    home = context_of(ctx).home
    private = sealing.read_private(key) if key else None
    found = records.by_file(home)
    for path in (path for path, one in found.items() if one is None):
        messages().print(f"{path} cannot be read: it is left as it is.", markup=False)
    rows = [_row(home, one, private) for one in found.values() if one is not None]
    if as_json:
        print_json(rows)
        return
    if not rows:
        out.print("There are no attempts yet. ./lab break --random begins one.")
        return
    listed = table("began", "exercise", "state", "tries", "hints", "points", "commands")
    for row in rows:
        points = "unknown" if row["points"] is None else f"{row['points']:g}"
        cells = (row["began"], row["exercise"], row["phase"], len(row["tries"]), len(row["hints"]), points)
        listed.add_row(*map(str, cells), str(len(row["commands"])))
    out.print(listed)


def _row(home: Path, attempt: Attempt, key: X25519PrivateKey | None) -> dict[str, Any]:
    """An attempt as plain data, with its points and commands. The name of an open exercise is not told."""
    name = SEALED
    if not attempt.open or (key is not None and attempt.mode == "exam"):
        try:
            name = sealed_exercise.opened(attempt, key).exercise
        except Unopened as error:
            name = SEALED if attempt.mode == "exam" else f"({error.message})"
    data = msgspec.to_builtins(attempt)
    kept = {
        field: value for field, value in data.items() if field not in ("sealed", "wrapped", "shown", "salt")
    }
    typed = msgspec.to_builtins(records.typed(home, attempt.id))
    return {**kept, "exercise": name, "points": attempt.points, "commands": typed}


def exam_key(
    private: Annotated[
        Path, typer.Argument(help="The file for the private key; FILE.pub is the public one.")
    ],
) -> None:
    """Make the teacher's keys for exams: `break --sealed FILE.pub` seals with one, `grade --key FILE` opens."""
    public = private.with_name(f"{private.name}.pub")
    if not private.parent.is_dir():
        raise ConfigError(f"There is no folder {private.parent}.", hint="Make it, or choose another file.")
    sealing.write_pair(private, public)
    out.print(f"{public}: for the students. ./lab break --random --sealed {public}")
    out.print(f"{private}: keep it. ./lab grade --key {private}, ./lab attempts --key {private}")
