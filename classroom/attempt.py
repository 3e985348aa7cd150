"""The record of the exercise under way, in .lab/exercise.json. Each phase is recorded before it begins."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from inventory import files
from inventory.errors import ConfigError

EXERCISE = "exercise.json"
"""The file in .lab with the exercise under way; `./lab down` and `vagrant destroy` remove it."""
Phase = Literal["breaking", "broken", "given-up"]
"""breaking: the lab is being broken; broken: the student repairs it; given-up: a command began to repair it."""
PHASES: tuple[Phase, ...] = ("breaking", "broken", "given-up")


@dataclass(frozen=True)
class Attempt:
    """The exercise, its phase, the number of hints that were given (None: unknown), and whether `plan` was shown."""

    name: str
    hints: int | None = 0
    phase: Phase = "broken"
    plan_shown: bool = False


def under_way(state: Path) -> Attempt | None:
    """The exercise under way, None when there is none. A file that cannot be read is an unknown exercise.

    After a change of the record by another program the number of hints is unknown.
    """
    try:
        row = json.loads((state / EXERCISE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return Attempt("", None)
    return _read(row)


def _read(row: Any) -> Attempt:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        return Attempt("", None)
    phase = row.get("phase")
    found = Attempt(
        row["name"],
        row.get("hints"),
        phase if phase in PHASES else "broken",
        row.get("plan_shown") is True,
    )
    return found if row.get("seal") == _seal(found) else replace(found, hints=None)


def _seal(attempt: Attempt) -> str:
    """A checksum of the record: a change by another program makes it wrong."""
    return hashlib.sha256(json.dumps(asdict(attempt), sort_keys=True).encode()).hexdigest()[:16]


def load(state: Path) -> Attempt:
    """The exercise under way. Raises ConfigError when there is none."""
    found = under_way(state)
    if found is None:
        raise ConfigError(
            "No exercise is under way.",
            hint="Begin one: ./lab break --random; ./lab exercises lists them. ./lab reset repairs the lab.",
        )
    return found


def save(state: Path, attempt: Attempt | None) -> None:
    """Write the exercise under way; None removes it."""
    path = state / EXERCISE
    if attempt is None:
        path.unlink(missing_ok=True)
        return
    files.write(path, json.dumps({**asdict(attempt), "seal": _seal(attempt)}))


def record(state: Path, **changes: Any) -> None:
    """Record something about the exercise under way, if there is one, before it happens."""
    now = under_way(state)
    if now:
        save(state, replace(now, **changes))
