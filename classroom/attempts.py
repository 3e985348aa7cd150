"""The records of a lab's attempts: one file `attempts/ID.json` in the lab's home for each attempt at an exercise.

`.lab/exercise.json` names the attempt that is under way, or the last one that was solved. `./lab down` removes that
file, and the records stay. Each phase is recorded before it begins. The commands that the student typed on the
nodes are in `attempts/ID.commands.jsonl`, a line each.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import msgspec

from classroom.attempt import UNREADABLE, Attempt, Phase, Try, Typed, commands, mac_of, now, parse
from inventory import files
from inventory.errors import ConfigError
from inventory.homes import STATE

FOLDER, POINTER = "attempts", "exercise.json"
COMMANDS_SUFFIX = ".commands.jsonl"
MOST_BYTES = 4_000_000


def path_of(home: Path, id_: str) -> Path:
    """The file of a record."""
    return home / FOLDER / f"{id_}.json"


def commands_path(home: Path, id_: str) -> Path:
    """The file with the commands that were typed during an attempt."""
    return home / FOLDER / f"{id_}{COMMANDS_SUFFIX}"


def read(path: Path) -> Attempt:
    """The record in a file. Raises ConfigError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{path} is too large for the record of an attempt.")
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"The record {path} cannot be read: {error}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error.message}", hint=error.hint) from error


def under_way(home: Path) -> Attempt | None:
    """The attempt that `.lab/exercise.json` names; None without one. One that cannot be read is UNREADABLE."""
    try:
        row = json.loads((home / STATE / POINTER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return UNREADABLE
    id_ = row.get("attempt") if isinstance(row, dict) else None
    if not isinstance(id_, str) or not id_ or "/" in id_:
        return UNREADABLE
    try:
        return read(path_of(home, id_))
    except ConfigError:
        return UNREADABLE


def load(home: Path) -> Attempt:
    """The attempt under way, or the last one that was solved. Raises ConfigError when there is none."""
    found = under_way(home)
    if found is None:
        raise ConfigError(
            "No exercise is under way.",
            hint="Begin one: ./lab break --random; ./lab exercises lists them. ./lab reset repairs the lab.",
        )
    return found


def _write(home: Path, attempt: Attempt, **others: str) -> Attempt:
    """Write a record with its digest, and other files of `.lab` together with it."""
    sealed = msgspec.structs.replace(attempt, mac=mac_of(json.loads(msgspec.json.encode(attempt))))
    text = msgspec.json.format(msgspec.json.encode(sealed), indent=1).decode() + "\n"
    texts = {path_of(home, sealed.id): text, **{home / STATE / name: one for name, one in others.items()}}
    files.write_together(texts)
    return sealed


def save(home: Path, attempt: Attempt) -> Attempt:
    """Write a record, and name it as the one under way. Gives the record as it was written. Raises OSError."""
    return _write(home, attempt, **{POINTER: json.dumps({"attempt": attempt.id}) + "\n"})


def record(home: Path, **changes: Any) -> None:
    """Record something about the attempt under way, if there is one that can be read, before it happens."""
    found = under_way(home)
    if found is not None and found.known:
        save(home, msgspec.structs.replace(found, **changes))


def close(home: Path, phase: Phase | None = None) -> None:
    """End the attempt under way, with a last phase if it was not solved; its record stays."""
    found = under_way(home)
    if found is not None and found.known and not found.ended:
        save(home, msgspec.structs.replace(found, phase=phase or found.phase, ended=now()))
    (home / STATE / POINTER).unlink(missing_ok=True)


def tried(
    home: Path, attempt: Attempt, *, repaired: bool, left: tuple[str, ...], counts: bool = True
) -> Attempt:
    """Record a grade of the attempt under way; the attempt after it. The first grade that finds it repaired ends it.

    It is not solved when a command of the lab began to repair it, or when it does not count (an unknown exercise).
    """
    if not attempt.known:
        if repaired:
            close(home)
        return attempt
    at = now()
    after = msgspec.structs.replace(attempt, tries=(*attempt.tries, Try(at, repaired, left)))
    if repaired and attempt.phase == "broken" and counts:
        after = msgspec.structs.replace(after, phase="solved", solved=at, ended=at)
    after = save(home, after)
    if repaired and after.open:
        close(home, "given-up")
        return msgspec.structs.replace(after, phase="given-up", ended=at)
    return after


def close_lost(home: Path) -> None:
    """End the attempts that are not under way any more: their lab was removed before they ended."""
    current = under_way(home)
    for one in every(home):
        if not one.ended and (current is None or one.id != current.id):
            _write(home, msgspec.structs.replace(one, phase="given-up", ended=now()))


def every(home: Path) -> tuple[Attempt, ...]:
    """All records of a lab that can be read, in their order."""
    return tuple(one for one in by_file(home).values() if one is not None)


def by_file(home: Path) -> dict[Path, Attempt | None]:
    """Each file of a record, in the order of time, with its record; None when it cannot be read.

    No command changes or removes a record that cannot be read.
    """
    found: dict[Path, Attempt | None] = {}
    for path in sorted((home / FOLDER).glob("*.json")):
        found[path] = None
        with contextlib.suppress(ConfigError):
            found[path] = read(path)
    return found


def add_typed(home: Path, id_: str, row: Typed) -> None:
    """Append a command that was typed; several shells may do so at the same time."""
    files.append_line(commands_path(home, id_), msgspec.json.encode(row).decode())


def typed(home: Path, id_: str) -> tuple[Typed, ...]:
    """The commands that were typed during an attempt, in their order. A line that cannot be read is left out."""
    path = commands_path(home, id_)
    return commands(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else ()
