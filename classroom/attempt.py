"""An exercise under way: the lab is broken and mended here, and .lab/exercise.json remembers it in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from classroom.checks import judge
from classroom.exercises import Exercise, get
from classroom.snapshot import look
from drill.checks.verdict import PASS, Verdict
from inventory import files, waiting
from inventory.errors import ConfigError
from inventory.remote.ssh import check
from inventory.session import LabSession
from provision import apply, reset
from provision.facts import gather
from provision.steps.base import no_commands

EXERCISE = "exercise.json"
"""The file in .lab that holds the exercise under way; it goes with the machines (`./lab down`, `released`)."""
SETTLES = 90.0
"""Seconds within which a mended lab must pass all checks."""


@dataclass(frozen=True)
class Attempt:
    """Which exercise, and how many of its hints were given."""

    name: str
    hints: int = 0


def under_way(state: Path) -> Attempt | None:
    """The exercise under way, None when there is none."""
    try:
        return Attempt(**json.loads((state / EXERCISE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def none_under_way(state: Path) -> None:
    """Raise ConfigError when an exercise is under way: what it broke is neither to be judged nor to be healed."""
    if under_way(state):
        raise ConfigError(
            "An exercise is under way.", hint="./lab grade when it is mended; ./lab fix gives up."
        )


def load(state: Path) -> Attempt:
    """The exercise under way. Raises ConfigError when there is none."""
    found = under_way(state)
    if found is None:
        raise ConfigError(
            "No exercise is under way.",
            hint="Begin one: ./lab break --random; ./lab exercises lists them. ./lab reset mends the lab.",
        )
    return found


def save(state: Path, attempt: Attempt | None) -> None:
    """Remember it; None forgets it."""
    path = state / EXERCISE
    if attempt is None:
        path.unlink(missing_ok=True)
        return
    files.write(path, json.dumps(asdict(attempt)))


def damage(exercise: Exercise, session: LabSession) -> None:
    """Break the lab. Raises CommandFailed."""
    for command in exercise.breaks(session, gather(session)):
        check(session.remote, command)


def undo(exercise: Exercise, session: LabSession) -> None:
    """Take back what provisioning knows nothing of. Safe at any time."""
    if exercise.undo is not no_commands:
        for command in exercise.undo(session, gather(session)):
            check(session.remote, command)


def mend(exercise: Exercise, session: LabSession, progress: apply.Progress | None = None) -> None:
    """Undo it, then bring the lab back to its end state."""
    undo(exercise, session)
    reset.run(session, progress=progress)


def end(state: Path, session: LabSession, say: Callable[[str], None]) -> None:
    """End an exercise under way, if there is one, before the lab is made as lab.yaml says by other means."""
    now = under_way(state)
    if now:
        mend(get(session, now.name), session)
        save(state, None)
        say(f"The exercise under way is over, and does not count as solved: it was {now.name}.")


def wrong(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Those that did not pass."""
    return tuple(one for one in verdicts if one.status != PASS)


def healed(session: LabSession, fetch: Callable[[], str], deadline: float = SETTLES) -> None:
    """Wait until every check passes. Raises TimedOut with those that do not."""
    waiting.until(
        lambda: [f"{one.check}: {one.why}" for one in wrong(judge(session, look(session, fetch)))],
        lambda left: not left,
        "Every check of the lab passes",
        deadline=deadline,
        clock=session.clock,
        hint="./lab check shows them with what to look at; ./lab reset brings the lab to its end state.",
    )
