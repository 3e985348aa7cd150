"""The predictions of the walkthrough in a bundle, as `collect` judges them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Predicted:
    """A prediction: the question's name, whether an answer was given, and whether it came true (None: not known)."""

    name: str
    made: bool
    right: bool | None = None
