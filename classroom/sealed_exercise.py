"""Which exercise an attempt is about, and how to undo it: sealed in the attempt's record."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from classroom import sealing
from classroom.attempt import Attempt
from classroom.sealing import Unopened
from inventory.model import Command


class UndoCommand(msgspec.Struct, frozen=True):
    """A command that undoes a part of an exercise: a shell text for root of a node."""

    node: str
    script: str
    stdin: str = ""


class Contents(msgspec.Struct, frozen=True):
    """What is sealed: the exercise's name, and the commands that undo what provisioning does not repair.

    `log_key` is the key of the digests that the log has in place of the commands that broke the lab.
    """

    exercise: str
    undo: tuple[UndoCommand, ...] = ()
    log_key: str = ""


class Shown(msgspec.Struct, frozen=True):
    """The texts for the student, as they were told in this lab. They are readable without the teacher's key."""

    title: str = ""
    story: str = ""
    hints: tuple[str, ...] = ()


def sealed(attempt: Attempt, contents: Contents, shown: Shown, teacher: X25519PublicKey | None) -> Attempt:
    """The attempt with the exercise sealed in it; with `teacher` only the owner of that key can open it."""
    salt = sealing.new_salt()
    secret = sealing.new_secret() if teacher else sealing.derived(salt, "exercise")
    return msgspec.structs.replace(
        attempt,
        mode="exam" if teacher else "practice",
        salt=salt,
        digest=sealing.keyed_digest(secret, contents.exercise),
        sealed=sealing.seal(secret, msgspec.json.encode(contents).decode()),
        wrapped=sealing.wrap(secret, teacher) if teacher else "",
        teacher=sealing.fingerprint(teacher) if teacher else "",
        shown=sealing.seal(sealing.derived(salt, "shown"), msgspec.json.encode(shown).decode()),
    )


def undo_commands(commands: Iterable[Command]) -> tuple[UndoCommand, ...]:
    """Commands in the form in which they are sealed."""
    return tuple(UndoCommand(one.node, one.line, one.stdin or "") for one in commands)


def opened(attempt: Attempt, key: X25519PrivateKey | None = None) -> Contents:
    """What is sealed in an attempt. Raises Unopened without the teacher's key, with another one, or after a change."""
    secret = _secret(attempt, key)
    try:
        contents = msgspec.json.decode(sealing.unseal(secret, attempt.sealed), type=Contents)
    except msgspec.MsgspecError as error:
        raise Unopened("The sealed part of the attempt is not in a form that this version knows.") from error
    if not sealing.same_digest(attempt.digest, sealing.keyed_digest(secret, contents.exercise)):
        raise Unopened("The digest of the attempt belongs to another exercise: its record was changed.")
    return contents


def _secret(attempt: Attempt, key: X25519PrivateKey | None) -> bytes:
    if attempt.mode != "exam":
        return sealing.derived(attempt.salt, "exercise")
    if key is None:
        raise Unopened(
            f"The exercise is sealed with the teacher's key {attempt.teacher}.",
            hint="The teacher opens it: ./lab grade --key FILE. ./lab reset repairs the lab and ends the exercise.",
        )
    if sealing.fingerprint(key.public_key()) != attempt.teacher:
        raise Unopened(
            f"This is not the key of this exercise: it needs the key {attempt.teacher}, and the file has "
            f"{sealing.fingerprint(key.public_key())}.",
            hint="Use the private key that belongs to the public key of ./lab break --sealed.",
        )
    return sealing.unwrap(attempt.wrapped, key)


def shown(attempt: Attempt) -> Shown:
    """The texts for the student. Raises Unopened when the record was changed."""
    text = sealing.unseal(sealing.derived(attempt.salt, "shown"), attempt.shown)
    try:
        return msgspec.json.decode(text, type=Shown)
    except msgspec.MsgspecError as error:
        raise Unopened("The texts of the attempt are not in a form that this version knows.") from error
