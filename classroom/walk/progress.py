"""How far a student came in the walk: the next stop, the predictions, what happened, and when. In .lab/walk.json.

The file is written after each answer and each result, as a whole or not at all. A file that cannot be read is kept
under another name, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from classroom.walk.prediction import Verdict
from classroom.walk.reason import Reason
from inventory import files

FILE = "walk.json"
VERSION = 1
"""The version of the file's form that this lab writes and reads."""
MOST_BYTES = 20_000_000


class Answered(msgspec.Struct, frozen=True):
    """One question with the prediction ("": "I don't know"), what happened, and how the two compare."""

    id: str
    text: str
    said: str
    happened: str
    verdict: Verdict


class Observed(msgspec.Struct, frozen=True):
    """One point of the walk that was observed.

    `number` is that of the walkthrough; `concept` is what is behind it, `again` what to read again. `at` is the local
    time (ISO 8601). `thought_s` is how long the student took for the answers, `took_s` how long it took to happen
    (seconds). `run` is the name of the run's folder, "" without one.
    """

    point: str
    number: str
    title: str
    at: str
    answers: tuple[Answered, ...]
    reasons: tuple[Reason, ...] = ()
    concept: str = ""
    again: str = ""
    thought_s: float = 0.0
    took_s: float = 0.0
    run: str = ""


class Progress(msgspec.Struct, frozen=True):
    """The saved progress. `stop` is the id of the next stop ("": the walk is at its beginning or its end).

    `begun` is when the walk began (ISO 8601). `answers` are those of a point that was not observed yet, by question;
    `asked` is that point. `thought_s` is how long the student took for them. `solved` is when each task was solved, by
    its name.
    """

    version: int = VERSION
    begun: str = ""
    stop: str = ""
    asked: str = ""
    answers: Mapping[str, str] = {}  # msgspec copies it
    thought_s: float = 0.0
    observed: tuple[Observed, ...] = ()
    solved: Mapping[str, str] = {}


@dataclass
class Saved:
    """The progress of one lab, and its file. Each change is written at once. Raises OSError."""

    path: Path
    now: Progress = field(default_factory=Progress)

    def change(self, **changes: object) -> None:
        """Change fields of the progress."""
        self.now = msgspec.structs.replace(self.now, **changes)
        files.write(self.path, msgspec.json.format(msgspec.json.encode(self.now)).decode() + "\n")

    def observe(self, found: Observed, next_stop: str) -> None:
        """Keep what was observed, and go on to the next stop."""
        self.change(observed=(*self.now.observed, found), asked="", answers={}, thought_s=0.0, stop=next_stop)


def load(state: Path, say: Callable[[str], None]) -> Saved:
    """The saved progress of the lab with a state folder; a new one when there is none.

    A file that cannot be read is renamed, and `say` gets a line about it.
    """
    path = state / FILE
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("it is too large")
        found = msgspec.json.decode(path.read_bytes(), type=Progress)
        if found.version != VERSION:
            raise ValueError(f"it has version {found.version}, and this lab reads version {VERSION}")
    except FileNotFoundError:
        return Saved(path)
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        kept = files.set_aside(path)
        say(
            f"The saved progress of the walk cannot be read: {why}. It is kept as {kept}; the walk begins at its"
            " beginning."
        )
        return Saved(path)
    return Saved(path, found)


def now() -> str:
    """The local time for the progress (ISO 8601, to the second)."""
    return datetime.now().astimezone().isoformat(timespec="seconds")
