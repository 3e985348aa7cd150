"""Attempts at exercises, as `./lab break` writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from classroom import attempts, sealed_exercise
from classroom.attempt import Attempt
from classroom.sealed_exercise import Contents, Shown
from classroom.texts import load


def attempt_at(name: str, *, teacher: X25519PublicKey | None = None, **fields: Any) -> Attempt:
    """An attempt at an exercise, with its sealed part; the texts keep their {placeholders}."""
    text = load("exercises.yaml").get(name, {"title": "t", "story": "s", "hints": ["one", "two"]})
    shown = Shown(text["title"], text["story"], tuple(text["hints"]))
    plain = Attempt(**{"id": "20261127T103648Z-6b23", "began": "2026-11-27T10:36:48Z", **fields})
    return sealed_exercise.sealed(plain, Contents(name), shown, teacher)


def begun(home: Path, name: str, **fields: Any) -> Attempt:
    """The same, under way in a lab's home."""
    return attempts.save(home, attempt_at(name, **fields))


def name_of(attempt: Attempt | None) -> str:
    """The exercise of an attempt in practice mode; "" without one."""
    return sealed_exercise.opened(attempt).exercise if attempt and attempt.known else ""
