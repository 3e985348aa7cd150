"""Begins an exercise, proves that its check fails, and ends it. Each phase is recorded before it begins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from classroom import attempt
from classroom.attempt import Attempt
from classroom.checks import CHECKS, judge
from classroom.exercises import Exercise, find, for_platform
from classroom.snapshot import look
from drill.checks.verdict import FAIL, PASS, Verdict
from inventory import waiting
from inventory.errors import CommandFailed, ConfigError, TimedOut
from inventory.platforms.base import Platform
from inventory.remote.ssh import check
from inventory.session import LabSession
from provision import apply, reset
from provision.facts import gather
from provision.steps.base import no_commands
from status.web_page import Fetch

SETTLES = 90.0
"""Seconds within which a repaired lab must pass all checks."""
CAUGHT_WITHIN = 30.0
"""Seconds within which the check of an exercise must fail after the lab was broken."""


def known(session: LabSession, now: Attempt) -> Exercise | None:
    """The exercise of a record; None when this version or this platform does not have it."""
    return find(session.platform, now.name)


def begin(exercise: Exercise, session: LabSession, state: Path, fetch: Fetch) -> None:
    """Break the lab until the exercise's check fails.

    When a command fails or the check does not, the lab is repaired and the record of the exercise is removed.
    Raises CommandFailed or ConfigError then.
    """
    attempt.save(state, Attempt(exercise.name, phase="breaking"))
    try:
        break_lab(exercise, session)
    except CommandFailed as error:
        _take_back(exercise, session, state)
        raise CommandFailed(
            f"The exercise {exercise.name} could not break the lab: {error.message}",
            hint=f"It was ended, and the lab was repaired. {error.hint}",
        ) from error
    try:
        caught(exercise, session, fetch)
    except TimedOut as error:
        _take_back(exercise, session, state)
        raise ConfigError(
            f"The exercise {exercise.name} does not work with this lab.yaml: the check {exercise.check} did not fail.",
            hint="./lab exercises lists the others. The lab was repaired.",
        ) from error
    attempt.save(state, Attempt(exercise.name))


def _take_back(exercise: Exercise, session: LabSession, state: Path) -> None:
    attempt.record(state, phase="given-up")
    repair(exercise, session)
    attempt.save(state, None)


def break_lab(exercise: Exercise, session: LabSession) -> None:
    """Break the lab. Raises CommandFailed."""
    for command in exercise.breaks(session, gather(session)):
        check(session.remote, command)


def caught(exercise: Exercise, session: LabSession, fetch: Fetch) -> Verdict:
    """Wait until the exercise's check fails; its verdict. Raises TimedOut."""
    checks = [one for one in CHECKS if one.name == exercise.check]
    [verdict] = waiting.until(
        lambda: judge(session, look(session, fetch), checks),
        lambda found: found[0].status == FAIL,
        f"The check {exercise.check} fails",
        deadline=CAUGHT_WITHIN,
        clock=session.clock,
    )
    return verdict


def undo(exercise: Exercise, session: LabSession) -> None:
    """Undo what provisioning does not repair. Safe to repeat."""
    if exercise.undo is not no_commands:
        for command in exercise.undo(session, gather(session)):
            check(session.remote, command)


def repair(exercise: Exercise | None, session: LabSession, progress: apply.Progress | None = None) -> None:
    """Undo the exercise (None, an unknown one: undo all), then bring the lab back to its end state."""
    _undo(exercise, session)
    reset.run(session, progress=progress)


def _undo(exercise: Exercise | None, session: LabSession) -> None:
    for one in (exercise,) if exercise else for_platform(session.platform):
        undo(one, session)


def end(state: Path, session: LabSession, say: Callable[[str], None]) -> None:
    """Repair and end an exercise under way, if there is one, before another command builds the lab."""
    now = attempt.under_way(state)
    if now:
        attempt.record(state, phase="given-up")
        repair(known(session, now), session)
        attempt.save(state, None)
        say(f"The exercise {now.name or 'under way'} was ended. It does not count as solved.")


def require_none(
    state: Path, platform: Platform, session: Callable[[], LabSession], say: Callable[[str], None]
) -> None:
    """Raise ConfigError when an exercise is under way: nothing else may judge or heal what it broke.

    The record of an exercise that is not known here is removed: nobody can solve it.
    """
    now = attempt.under_way(state)
    if now is None:
        return
    if find(platform, now.name) is None:
        _undo(None, session())
        attempt.save(state, None)
        say(f"{unknown(now)} Its record was removed.")
        return
    raise ConfigError(
        "An exercise is under way.", hint="./lab grade when you have repaired it; ./lab fix to give up."
    )


def unknown(now: Attempt) -> str:
    """Why nobody can solve an exercise that is not known here."""
    if not now.name:
        return "An exercise is under way, but its record cannot be read."
    return f"The exercise {now.name!r} is under way, but this version does not have it on this platform."


def not_passed(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The verdicts that are not PASS."""
    return tuple(one for one in verdicts if one.status != PASS)


def wait_until_passed(session: LabSession, fetch: Fetch, deadline: float = SETTLES) -> None:
    """Wait until every check passes. Raises TimedOut with the checks that do not pass."""
    waiting.until(
        lambda: [f"{one.check}: {one.why}" for one in not_passed(judge(session, look(session, fetch)))],
        lambda left: not left,
        "Every check of the lab passes",
        deadline=deadline,
        clock=session.clock,
        hint="./lab check shows what to look at; ./lab reset brings the lab to its end state.",
    )
