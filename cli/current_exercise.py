"""The exercise under way, as the commands of the exercises need it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from classroom import attempts, exercise_run, sealed_exercise
from classroom.attempt import Attempt
from classroom.exercise import Exercise
from cli.context import Context

Key = Annotated[
    Path | None, typer.Option("--key", help="The teacher's private key: it opens an exercise of an exam.")
]


def machines_of(context: Context) -> str:
    """A digest of the ids of the lab's machines: machines that were made again have other ids."""
    ids = sorted(f"{name} {id_}" for name, id_ in context.machines.ids().items())
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16]


def no_exercise(context: Context, say: Callable[[str], None]) -> None:
    """Raise ConfigError when an exercise is under way, as `exercise_run.require_none` does."""
    exercise_run.require_none(
        context.home, context.machines.choice.platform_data, lambda: context.session, say
    )


def current_of(context: Context, key: X25519PrivateKey | None) -> tuple[Attempt, Exercise | None]:
    """The attempt under way, and its exercise; None for one that cannot be opened here. Raises ConfigError.

    A key that does not fit is an error, not an unknown exercise.
    """
    current = attempts.load(context.home)
    if key is not None and current.known and current.mode == "exam":
        sealed_exercise.opened(current, key)
    return current, exercise_run.known(context.session.platform, current, key)
