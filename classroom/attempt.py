"""An exercise under way: breaks the lab and repairs it, and keeps its state in .lab/exercise.json in between."""

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
"""The file in .lab with the exercise under way; `./lab down` and `vagrant destroy` remove it."""
SETTLES = 90.0
"""Seconds within which a repaired lab must pass all checks."""


@dataclass(frozen=True)
class Attempt:
    """The name of the exercise, and the number of hints that were given."""

    name: str
    hints: int = 0


def under_way(state: Path) -> Attempt | None:
    """The exercise under way, None when there is none."""
    try:
        return Attempt(**json.loads((state / EXERCISE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def require_none(state: Path) -> None:
    """Raise ConfigError when an exercise is under way: nothing else may judge or heal what it broke."""
    if under_way(state):
        raise ConfigError(
            "An exercise is under way.", hint="./lab grade when you have repaired it; ./lab fix to give up."
        )


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
    files.write(path, json.dumps(asdict(attempt)))


def break_lab(exercise: Exercise, session: LabSession) -> None:
    """Break the lab. Raises CommandFailed."""
    for command in exercise.breaks(session, gather(session)):
        check(session.remote, command)


def undo(exercise: Exercise, session: LabSession) -> None:
    """Undo what provisioning does not repair. Safe to repeat."""
    if exercise.undo is not no_commands:
        for command in exercise.undo(session, gather(session)):
            check(session.remote, command)


def repair(exercise: Exercise, session: LabSession, progress: apply.Progress | None = None) -> None:
    """Undo the exercise, then bring the lab back to its end state."""
    undo(exercise, session)
    reset.run(session, progress=progress)


def end(state: Path, session: LabSession, say: Callable[[str], None]) -> None:
    """Repair and end an exercise under way, if there is one, before another command builds the lab."""
    now = under_way(state)
    if now:
        repair(get(session, now.name), session)
        save(state, None)
        say(f"The exercise {now.name} was ended. It does not count as solved.")


def not_passed(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The verdicts that are not PASS."""
    return tuple(one for one in verdicts if one.status != PASS)


def wait_until_passed(session: LabSession, fetch: Callable[[], str], deadline: float = SETTLES) -> None:
    """Wait until every check passes. Raises TimedOut with the checks that do not pass."""
    waiting.until(
        lambda: [f"{one.check}: {one.why}" for one in not_passed(judge(session, look(session, fetch)))],
        lambda left: not left,
        "Every check of the lab passes",
        deadline=deadline,
        clock=session.clock,
        hint="./lab check shows what to look at; ./lab reset brings the lab to its end state.",
    )
