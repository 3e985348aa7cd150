"""A value of a cluster as it is shown and as it is compared; or the reason why it is not known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """`text` is for people. `compared` is a number or a word for the comparison; None when the value is not known."""

    text: str
    compared: float | str | None


def known(text: str, compared: float | str) -> Value:
    """A value that the evidence tells."""
    return Value(text, compared)


def unknown(why: str) -> Value:
    """A value that the evidence does not tell, with the reason."""
    return Value(why, None)
