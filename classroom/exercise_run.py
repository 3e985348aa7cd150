"""Begins an exercise, proves that its checks fail, and ends it. Each phase is recorded before it begins."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from classroom import attempts, sealed_exercise, sealing
from classroom.attempt import Attempt, new_id
from classroom.attempt import now as time_now
from classroom.checks import CHECKS, judge, not_passed
from classroom.exercise import Exercise
from classroom.exercises import find, for_platform
from classroom.points import Prices
from classroom.sealed_exercise import Contents, Shown, UndoCommand
from classroom.sealing import Unopened
from classroom.snapshot import look
from drill.checks.verdict import FAIL, Verdict
from inventory import waiting
from inventory.errors import CommandFailed, ConfigError, TimedOut
from inventory.model import Command
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
"""Seconds within which the checks of an exercise must fail after the lab was broken."""
UNDER_WAY = "An exercise is under way."


@dataclass(frozen=True)
class Terms:
    """How an exercise is done: its texts for the student, the prices of help, the teacher's key in an exam.

    `machines` is a digest of the machines' ids, by which a lab that was built again is recognised.
    """

    shown: Shown
    prices: Prices
    teacher: X25519PublicKey | None = None
    machines: str = ""


def known(platform: Platform, now: Attempt, key: X25519PrivateKey | None = None) -> Exercise | None:
    """The exercise of a record; None when this version does not have it, or when the record cannot be opened."""
    try:
        return find(platform, sealed_exercise.opened(now, key).exercise)
    except Unopened:
        return None


def begin(exercise: Exercise, session: LabSession, home: Path, fetch: Fetch, terms: Terms) -> Attempt:
    """Break the lab until the exercise's checks fail; the record of the attempt.

    When a command fails or a check does not, the lab is repaired and the attempt has ended.
    Raises CommandFailed or ConfigError then.
    """
    attempts.close_lost(home)
    log_key = secrets.token_hex(16)
    undo_later = tuple(exercise.undo(session, gather(session))) if exercise.undo is not no_commands else ()
    contents = Contents(exercise.name, sealed_exercise.undo_commands(undo_later), log_key)
    plain = Attempt(
        id=new_id(),
        lab=session.lab.name,
        number=session.lab.number,
        machines=terms.machines,
        phase="breaking",
        began=time_now(),
        prices=terms.prices,
    )
    now = attempts.save(home, sealed_exercise.sealed(plain, contents, terms.shown, terms.teacher))
    try:
        break_lab(exercise, session, lambda command: logged_as(now, command, log_key))
        caught(exercise, session, fetch)
    except CommandFailed as error:
        _take_back(exercise, session, home)
        raise CommandFailed(
            f"The exercise {exercise.name} could not break the lab: {error.message}",
            hint=f"It was ended, and the lab was repaired. {error.hint}",
        ) from error
    except TimedOut as error:
        _take_back(exercise, session, home)
        raise ConfigError(
            f"The exercise {exercise.name} does not work with this lab.yaml: "
            f"the check {' or '.join(exercise.checks)} did not fail.",
            hint="./lab exercises lists the others. The lab was repaired.",
        ) from error
    attempts.record(home, phase="broken")
    return attempts.load(home)


def logged_as(now: Attempt, command: Command, key: str) -> str:
    """What the log has in place of a command that breaks the lab: a keyed digest, which only the sealed key proves."""
    digest = sealing.keyed_digest(key.encode(), f"{command.node} {command.line}")
    return f"exercise {now.id}: command {digest[:16]}"


def _take_back(exercise: Exercise, session: LabSession, home: Path) -> None:
    attempts.record(home, phase="given-up")
    repair(exercise, session)
    attempts.close(home)


def break_lab(
    exercise: Exercise, session: LabSession, hidden: Callable[[Command], str] = lambda command: ""
) -> None:
    """Break the lab. `hidden` gives what the log has in place of a command; "": the command. Raises CommandFailed."""
    for command in exercise.breaks(session, gather(session)):
        check(session.remote, replace(command, hidden=hidden(command)))


def caught(exercise: Exercise, session: LabSession, fetch: Fetch) -> tuple[Verdict, ...]:
    """Wait until each of the exercise's checks fails; their verdicts. Raises TimedOut."""
    checks = [one for one in CHECKS if one.name in exercise.checks]
    return waiting.until(
        lambda: judge(session, look(session, fetch), checks),
        lambda found: all(one.status == FAIL for one in found),
        f"The check {' and '.join(exercise.checks)} fails",
        deadline=CAUGHT_WITHIN,
        clock=session.clock,
    )


def undo(session: LabSession, *exercises: Exercise) -> None:
    """Undo those changes of some exercises that provisioning does not repair. Safe to repeat."""
    undone = [one.undo for one in exercises if one.undo is not no_commands]
    if not undone:
        return
    facts = gather(session)
    for commands in undone:
        for command in commands(session, facts):
            check(session.remote, command)


def repair(
    exercise: Exercise | None,
    session: LabSession,
    progress: apply.Progress | None = None,
    recorded: Iterable[UndoCommand] = (),
) -> None:
    """Undo the exercise, then bring the lab back to its end state.

    None is an exercise that is not known here: what its record has is undone (`recorded`), and all that any exercise
    leaves.
    """
    machines = {one.name for one in session.lab.machines}
    for one in recorded:
        if one.node in machines:
            check(session.remote, Command.script(one.node, one.script, stdin=one.stdin, purpose="repair-lab"))
    undo(session, *((exercise,) if exercise else for_platform(session.platform)))
    reset.run(session, progress=progress)


def give_up(
    home: Path,
    session: LabSession,
    progress: apply.Progress | None = None,
    key: X25519PrivateKey | None = None,
) -> Exercise | None:
    """Repair the lab and leave the attempt under way as given up; it is not ended yet. Gives the exercise, if known."""
    now = attempts.load(home)
    if now.open:
        attempts.record(home, phase="given-up")
    exercise = known(session.platform, now, key)
    recorded: tuple[UndoCommand, ...] = ()
    if exercise is None:
        with contextlib.suppress(Unopened):
            recorded = sealed_exercise.opened(now, key).undo
    repair(exercise, session, progress, recorded)
    return exercise


def end(home: Path, session: LabSession, say: Callable[[str], None]) -> None:
    """Repair and end an exercise under way, if there is one, before another command builds the lab."""
    now = attempts.under_way(home)
    if now and now.open:
        give_up(home, session)
        say("The exercise under way was ended. It does not count as solved.")
    attempts.close(home)


def require_none(
    home: Path, platform: Platform, session: Callable[[], LabSession], say: Callable[[str], None]
) -> None:
    """Raise ConfigError when an exercise is under way: nothing else may judge or heal what it broke.

    The record of an exercise that is not known here is closed: nobody can solve it.
    """
    now = attempts.under_way(home)
    if now is None:
        return
    if now.open and is_solvable(platform, now):
        raise ConfigError(UNDER_WAY, hint="./lab grade when you have repaired it; ./lab fix to give up.")
    if now.open:
        reached = session()
        undo(reached, *for_platform(reached.platform))
        say(f"{unknown(now)} Its record was closed.")
    attempts.close(home, "given-up")


def is_solvable(platform: Platform, now: Attempt) -> bool:
    """Whether this version has the exercise of a record. In an exam this is not asked: only the teacher can open it."""
    return now.mode == "exam" or known(platform, now) is not None


def unknown(now: Attempt) -> str:
    """Why nobody can solve an exercise that is not known here."""
    if not now.known:
        return "An exercise is under way, but its record cannot be read."
    return "An exercise is under way, but this version does not have it on this platform, or its record was changed."


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
